// One assertion for the whole app, ended in every case.
import os
import UIKit

@MainActor
final class ExtraTime {
    static let shared = ExtraTime()
    private let log = Logger(subsystem: "com.example.app", category: "background")
    private var task = UIBackgroundTaskIdentifier.invalid

    /// Call it early. A second assertion would not bring more time.
    func begin(_ name: String, saveWhereItStands: @escaping @MainActor @Sendable () -> Void) {
        guard task == .invalid else { return }
        task = UIApplication.shared.beginBackgroundTask(withName: name) { [self] in
            log.notice("time is up")
            saveWhereItStands() // less than a second or so: the limit is for all handlers together
            end()
        }
    }

    func end() {
        guard task != .invalid else { return }
        UIApplication.shared.endBackgroundTask(task)
        task = .invalid
    }

    /// For a log. Nothing in the code should depend on the number.
    func logTimeLeft() {
        log.debug("time left: \(UIApplication.shared.backgroundTimeRemaining)")
    }
}
