// Info.plist permits com.example.app.post.*; no background mode is declared.
import BackgroundTasks

@available(iOS 26, *)
@MainActor
func post(_ story: some Story) async throws { // called by the button
    // A new one for each post: registering the same identifier twice kills the app.
    let identifier = "com.example.app.post.\(UUID().uuidString)"
    BGTaskScheduler.shared.register(forTaskWithIdentifier: identifier, using: .main) { task in
        guard let task = task as? BGContinuedProcessingTask else { return }
        let progress = task.progress
        progress.totalUnitCount = 100
        let work = Task {
            do {
                try await story.renderAndUpload { share in
                    progress.completedUnitCount = Int64(share * 100)
                }
                task.setTaskCompleted(success: true)
            } catch {
                task.setTaskCompleted(success: false)
            }
        }
        task.expirationHandler = { @Sendable in work.cancel() } // the person or the system: it does not say
    }
    try await submit(identifier, title: "Your story", subtitle: "Posting")
}

/// Off the main thread, where submitTaskRequest may not be called.
@available(iOS 26, *)
@concurrent
func submit(_ identifier: String, title: String, subtitle: String) async throws {
    let request = BGContinuedProcessingTaskRequest(identifier: identifier, title: title, subtitle: subtitle)
    if #available(iOS 27, *) {
        try await BGTaskScheduler.shared.submitTaskRequest(request)
    } else {
        try BGTaskScheduler.shared.submit(request)
    }
}

protocol Story: Sendable {
    func renderAndUpload(report: @escaping @Sendable (Double) -> Void) async throws
}
