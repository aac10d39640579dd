#include "vm/reply_loss/outage.hpp"

#include "support/temp_dir.hpp"

#include <chrono>
#include <gtest/gtest.h>

namespace intact::test {
namespace {

// Acknowledgements pass, so that the client waits instead of sending again; replies are longer.
constexpr const char *kSwallow =
    "nft 'table ip outage { counter lost { }; chain in { type filter hook input priority 0; "
    "tcp sport 2049 tcp flags & rst == 0 meta length > 80 counter name lost drop; }; }'";
constexpr const char *kRestart = "rpc.nfsd 0 && rpc.nfsd 4";
// A client of NFS 4 asks again on a new connection only, and waits for ever on one that stands.
constexpr const char *kBreak = "nft add rule ip outage in tcp dport 2049 reject with tcp reset";
constexpr const char *kPass = "nft delete table ip outage";

void must(const char *command) {
    const ProgramResult result = run_program(command);
    EXPECT_EQ(result.exit_code, 0) << command << ": " << result.output;
}

bool is_reply_lost() {
    const ProgramResult result = run_program("nft list counter ip outage lost");
    return result.output.find("packets 0 ") == std::string::npos;
}

} // namespace

Outage::Outage(Ending ending) : ending_(ending) {
    must(kSwallow);
    watcher_ = std::thread([this] { watch(); });
}

Outage::~Outage() {
    end();
}

bool Outage::end() {
    if (!is_over_.exchange(true)) {
        watcher_.join();
        if (ending_ == Ending::client_gives_up) {
            must(kPass);
        }
    }
    return has_lost_;
}

void Outage::watch() {
    while (!is_over_ && !has_lost_) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        has_lost_ = is_reply_lost();
    }
    if (has_lost_) {
        must(ending_ == Ending::server_restarts ? kRestart : kBreak);
    }
    if (ending_ == Ending::server_restarts) {
        must(kPass);
    }
}

} // namespace intact::test
