package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/moby/spdystream"
)

const protocol = "v4.channel.k8s.io"

// streams by their type: error, stdin, stdout, stderr.
type streams map[string]*spdystream.Stream

// A connection of which the server had read a little ahead.
type taken struct {
	net.Conn
	ahead *bufio.Reader
}

func (t taken) Read(into []byte) (int, error) { return t.ahead.Read(into) }

// upgrade takes the connection over and waits for the streams that the query names. Newer kubectls
// try WebSocket first, and SPDY when that is refused.
func upgrade(to http.ResponseWriter, request *http.Request) (*spdystream.Connection, streams) {
	offered := strings.Join(request.Header.Values("X-Stream-Protocol-Version"), ",")
	if request.Header.Get("Upgrade") != "SPDY/3.1" || !strings.Contains(offered, protocol) {
		answer(to, 400, failure(400, "BadRequest", "unable to upgrade: need SPDY/3.1 and "+protocol))
		return nil, nil
	}
	to.Header().Set("Connection", "Upgrade")
	to.Header().Set("Upgrade", "SPDY/3.1")
	to.Header().Set("X-Stream-Protocol-Version", protocol)
	to.WriteHeader(http.StatusSwitchingProtocols)
	socket, begun, err := to.(http.Hijacker).Hijack()
	if err != nil {
		return nil, nil
	}
	connection, err := spdystream.NewConnection(taken{socket, begun.Reader}, true)
	if err != nil {
		return nil, nil
	}
	wanted := 1
	for _, name := range []string{"stdin", "stdout", "stderr"} {
		if request.URL.Query().Get(name) == "true" {
			wanted++
		}
	}
	came := make(chan *spdystream.Stream, wanted)
	go connection.Serve(func(stream *spdystream.Stream) {
		stream.SendReply(http.Header{}, false)
		came <- stream
	})
	all := streams{}
	for len(all) < wanted {
		select {
		case stream := <-came:
			all[stream.Headers().Get("Streamtype")] = stream
		case <-connection.CloseChan():
			return nil, nil
		}
	}
	return connection, all
}

// A program in the container, or nothing: as a runtime would look for it.
func (n *node) program(argv []string) (*exec.Cmd, string) {
	path := os.Getenv("PATH")
	if _, err := os.Stat(n.path("bin")); err == nil {
		path = n.path("bin")
	}
	for _, dir := range filepath.SplitList(path) {
		name := filepath.Join(dir, argv[0])
		if info, err := os.Stat(name); err == nil && info.Mode()&0o111 != 0 {
			command := exec.Command(name, argv[1:]...)
			command.Args[0] = argv[0]
			command.Env = []string{"PATH=" + path, "HOME=/"}
			command.Dir = "/"
			command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			return command, ""
		}
	}
	return nil, fmt.Sprintf("failed to exec in container: failed to start exec \"0\": OCI runtime exec "+
		"failed: exec failed: unable to start container process: exec: %q: executable file not found in "+
		"$PATH: unknown", argv[0])
}

// What is to be lost of a stream, and what then happens.
type cut struct {
	after int64 // bytes
	how   string
}

func (n *node) cut() *cut {
	after, found := n.number("cut")
	if !found {
		return nil
	}
	how, _ := n.text("cut.how")
	if _, once := n.text("cut.once"); once {
		for _, name := range []string{"cut", "cut.how", "cut.once"} {
			os.Remove(n.path(name))
		}
	}
	return &cut{after, how}
}

func status(ended error, command *exec.Cmd) object {
	if ended == nil {
		return object{"metadata": object{}, "status": "Success"}
	}
	code := command.ProcessState.ExitCode()
	if wait, is := command.ProcessState.Sys().(syscall.WaitStatus); is && wait.Signaled() {
		code = 128 + int(wait.Signal())
	}
	failed := failure(500, "NonZeroExitCode", fmt.Sprintf("command terminated with non-zero exit code: %d", code))
	failed["details"] = object{"causes": []object{{"reason": "ExitCode", "message": strconv.Itoa(code)}}}
	return failed
}

// feed gives a program what comes for it, or the beginning of that, and takes the rest.
func (n *node) feed(stream *spdystream.Stream, into io.WriteCloser) {
	var from io.Reader = stream
	if limit, found := n.number("took"); found {
		from = io.LimitReader(stream, limit)
	}
	io.Copy(into, from)
	into.Close()
	io.Copy(io.Discard, stream)
}

func (n *node) exec(to http.ResponseWriter, request *http.Request, pod object) {
	query := request.URL.Query()
	connection, all := upgrade(to, request)
	if connection == nil {
		return
	}
	defer connection.Close()
	tell := func(what object) {
		json.NewEncoder(all["error"]).Encode(what)
		for _, stream := range all {
			stream.Close()
		}
		// Until kubectl has heard it: it closes the connection then.
		<-connection.CloseChan()
	}
	command, missing := n.program(query["command"])
	if command == nil {
		tell(failure(500, "InternalError", "Internal error occurred: error executing command in container: "+missing))
		return
	}
	if stdin := all["stdin"]; stdin != nil {
		into, _ := command.StdinPipe()
		go n.feed(stdin, into)
	}
	out, _ := command.StdoutPipe()
	words, _ := command.StderrPipe()
	if err := command.Start(); err != nil {
		tell(failure(500, "InternalError", err.Error()))
		return
	}
	var copied sync.WaitGroup
	copied.Add(1)
	go func() {
		io.Copy(all["stderr"], words)
		copied.Done()
	}()
	lost := n.cut()
	if lost == nil {
		io.Copy(all["stdout"], out)
	} else {
		io.CopyN(all["stdout"], out, lost.after)
		if lost.how == "drop" {
			syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
			command.Wait()
			n.ended()
			return
		}
		if signal, err := strconv.Atoi(lost.how); err == nil {
			syscall.Kill(-command.Process.Pid, syscall.Signal(signal))
		}
		io.Copy(io.Discard, out)
	}
	copied.Wait()
	end := command.Wait()
	n.ended()
	tell(status(end, command))
}
