// A cluster of one node for the real kubectl: an API server that knows pods and speaks the exec
// protocol (SPDY/3.1, v4.channel.k8s.io). A container is this machine, with the programs in one
// directory; what is executed there really runs.
//
//	kube_api DIR     serves on a free port of 127.0.0.1 and then writes DIR/kubeconfig
//
// The files in DIR say how it behaves, and are read at each request:
//
//	pods.json         the pods, as a list of objects of the API
//	pods.after.json   takes the place of that at the end of the next exec
//	get.status        an object of kind Status, answered instead of pods
//	exec.status       the same for exec
//	bin/              PATH in the container; without it that of this program
//	cut               of a program's stdout only so many bytes are sent
//	cut.how           "success" (default): the program's end is told as if all had been sent;
//	                  "drop": the connection ends there;
//	                  a signal's number: the program is ended by it there
//	cut.once          the cut is made once, and the files are removed then
//	took              of what comes for a program's stdin it gets only so many bytes
//
// DIR/requests gets a line for each request: method and path.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// The only one, and that of the kubeconfig.
const namespace = "prod"

type node struct {
	dir   string
	mutex sync.Mutex
}

func (n *node) path(name string) string { return filepath.Join(n.dir, name) }

func (n *node) text(name string) (string, bool) {
	bytes, err := os.ReadFile(n.path(name))
	return strings.TrimSpace(string(bytes)), err == nil
}

// number of a file, or nothing told.
func (n *node) number(name string) (int64, bool) {
	text, found := n.text(name)
	value, err := strconv.ParseInt(text, 10, 64)
	return value, found && err == nil
}

func (n *node) note(request *http.Request) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	file, err := os.OpenFile(n.path("requests"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return
	}
	defer file.Close()
	fmt.Fprintln(file, request.Method, request.URL.Path)
}

func (n *node) ended() {
	os.Rename(n.path("pods.after.json"), n.path("pods.json"))
}

type object = map[string]interface{}

func (n *node) pods() []object {
	pods := []object{}
	text, err := os.ReadFile(n.path("pods.json"))
	if err == nil {
		err = json.Unmarshal(text, &pods)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return pods
}

func answer(to http.ResponseWriter, code int, what interface{}) {
	to.Header().Set("Content-Type", "application/json")
	to.WriteHeader(code)
	json.NewEncoder(to).Encode(what)
}

func failure(code int, reason, message string) object {
	return object{"kind": "Status", "apiVersion": "v1", "metadata": object{}, "status": "Failure",
		"message": message, "reason": reason, "code": code}
}

func notFound(to http.ResponseWriter, kind, name string) {
	status := failure(404, "NotFound", fmt.Sprintf("%s %q not found", kind, name))
	status["details"] = object{"name": name, "kind": kind}
	answer(to, 404, status)
}

// refused answers as the file says, if it is there.
func (n *node) refused(to http.ResponseWriter, name string) bool {
	text, found := n.text(name)
	if !found {
		return false
	}
	status := object{}
	if err := json.Unmarshal([]byte(text), &status); err != nil {
		status = failure(500, "InternalError", err.Error())
	}
	code, _ := status["code"].(float64)
	answer(to, int(code), status)
	return true
}

func field(of object, path ...string) interface{} {
	var at interface{} = of
	for _, name := range path {
		inner, _ := at.(object)
		at = inner[name]
	}
	return at
}

// matches a selector of the form "name=value,name=value".
func matches(pod object, selector string) bool {
	for _, one := range strings.Split(selector, ",") {
		if name, value, found := strings.Cut(one, "="); found && field(pod, "metadata", "labels", name) != value {
			return false
		}
	}
	return true
}

// What kubectl asks for before it knows what a pod is.
func discovery(to http.ResponseWriter, path string) bool {
	switch path {
	case "/api":
		answer(to, 200, object{"kind": "APIVersions", "versions": []string{"v1"}})
	case "/apis":
		answer(to, 200, object{"kind": "APIGroupList", "apiVersion": "v1", "groups": []object{}})
	case "/api/v1":
		answer(to, 200, object{"kind": "APIResourceList", "groupVersion": "v1", "resources": []object{
			{"name": "pods", "singularName": "pod", "namespaced": true, "kind": "Pod",
				"shortNames": []string{"po"}, "verbs": []string{"get", "list"}},
			{"name": "pods/exec", "singularName": "", "namespaced": true, "kind": "PodExecOptions",
				"verbs": []string{"create", "get"}}}})
	case "/version":
		answer(to, 200, object{"major": "1", "minor": "20", "gitVersion": "v1.20.2"})
	default:
		return false
	}
	return true
}

func (n *node) ServeHTTP(to http.ResponseWriter, request *http.Request) {
	n.note(request)
	if discovery(to, request.URL.Path) {
		return
	}
	// /api/v1/namespaces/NAMESPACE/pods[/NAME[/exec]]
	parts := strings.Split(strings.Trim(request.URL.Path, "/"), "/")
	// Of a pod that is not there kubectl asks whether its namespace is.
	if len(parts) == 4 && parts[2] == "namespaces" {
		if parts[3] == namespace {
			answer(to, 200, object{"kind": "Namespace", "apiVersion": "v1", "metadata": object{"name": namespace}})
		} else {
			notFound(to, "namespaces", parts[3])
		}
		return
	}
	if len(parts) < 5 || len(parts) > 7 || parts[2] != "namespaces" || parts[4] != "pods" {
		answer(to, 404, failure(404, "NotFound", "the server could not find the requested resource"))
		return
	}
	found := []object{}
	for _, pod := range n.pods() {
		pod["kind"], pod["apiVersion"] = "Pod", "v1"
		if field(pod, "metadata", "namespace") == parts[3] &&
			(len(parts) > 5 && field(pod, "metadata", "name") == parts[5] ||
				len(parts) == 5 && matches(pod, request.URL.Query().Get("labelSelector"))) {
			found = append(found, pod)
		}
	}
	switch {
	case len(parts) == 7 && n.refused(to, "exec.status"), len(parts) < 7 && n.refused(to, "get.status"):
	case len(parts) == 5:
		answer(to, 200, object{"kind": "PodList", "apiVersion": "v1", "metadata": object{}, "items": found})
	case len(found) == 0:
		notFound(to, "pods", parts[5])
	case len(parts) == 6:
		answer(to, 200, found[0])
	default:
		n.exec(to, request, found[0])
	}
}

func serve(dir string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	config := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "here",
"clusters": [{"name": "one", "cluster": {"server": "http://%s"}}],
"users": [{"name": "me", "user": {}}],
"contexts": [{"name": "here", "context": {"cluster": "one", "user": "me", "namespace": %q}}]}
`, listener.Addr(), namespace)
	// Whole once it has its name.
	name := filepath.Join(dir, "kubeconfig")
	if err := os.WriteFile(name+".new", []byte(config), 0o600); err != nil {
		return err
	}
	if err := os.Rename(name+".new", name); err != nil {
		return err
	}
	return http.Serve(listener, &node{dir: dir})
}

func main() {
	if len(os.Args) != 2 {
		io.WriteString(os.Stderr, "usage: kube_api DIR\n")
		os.Exit(2)
	}
	if err := serve(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
