// Each line is forced to disk before the next, with the time of day and the age of the process.
import Foundation
import os

@available(iOS 16, *)
nonisolated final class BackgroundLog: Sendable {
    static let shared = BackgroundLog()
    private let system = Logger(subsystem: "com.example.story", category: "background")
    // Goes on while the phone sleeps, and does not jump with the time of day.
    private let launched = ContinuousClock.now
    private let process = ProcessInfo.processInfo.processIdentifier
    private let queue = DispatchQueue(label: "com.example.story.log") // one line at a time, from any thread
    private let file = URL.documentsDirectory.appending(path: "background.log")

    func note(_ what: String) { queue.sync { write(what) } }

    private func write(_ what: String) {
        let age = launched.duration(to: .now)
        let line = "\(Date.now.ISO8601Format()) pid \(process) age \(age) \(what)\n"
        system.notice("\(line, privacy: .public)") // for Console, without the debugger
        do {
            if !FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) {
                // Readable while the phone is locked, once it was unlocked after a restart.
                try Data().write(to: file, options: .completeFileProtectionUntilFirstUserAuthentication)
            }
            let handle = try FileHandle(forWritingTo: file)
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(line.utf8))
            try handle.synchronize() // the process may end right after
        } catch {
            system.error("no log on disk: \(error.localizedDescription)")
        }
    }
}

/// One line each second. A hole in the file is a time without run time.
@available(iOS 16, *)
func beat() async throws {
    while true {
        BackgroundLog.shared.note("runs")
        try await Task.sleep(for: .seconds(1))
    }
}
