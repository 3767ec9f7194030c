// The identifier stands in Info.plist, and processing among the background modes.
import BackgroundTasks

@MainActor
enum Backup {
    nonisolated static let identifier = "com.example.app.backup"

    /// Before the launch has finished.
    static func register() {
        BGTaskScheduler.shared.register(forTaskWithIdentifier: identifier, using: .main) { task in
            let work = Task {
                let complete = await backUpUntilCancelled()
                task.setTaskCompleted(success: complete)
            }
            task.expirationHandler = { @Sendable in work.cancel() } // the person is back, or the time is up
        }
    }

    /// Off the main thread, where submitTaskRequest may not be called.
    @concurrent
    nonisolated static func askForTonight() async throws {
        let request = BGProcessingTaskRequest(identifier: identifier)
        request.requiresExternalPower = true
        request.requiresNetworkConnectivity = true
        if #available(iOS 27, *) {
            try await BGTaskScheduler.shared.submitTaskRequest(request)
        } else {
            try BGTaskScheduler.shared.submit(request)
        }
    }

    /// In small steps, each of which is kept; off the main thread, in a new project of Xcode 26 too.
    @concurrent
    nonisolated static func backUpUntilCancelled() async -> Bool {
        while !Task.isCancelled {
            guard await sendNextPhoto() else { return true }
        }
        return false
    }

    nonisolated static func sendNextPhoto() async -> Bool { false } // false: nothing is left
}
