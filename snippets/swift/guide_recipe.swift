// Oldest system: iOS 16.1. The file is finished before this is called.
import BackgroundTasks
import UIKit

@MainActor
final class StoryPoster: NSObject, URLSessionTaskDelegate {
    /// Starts with the bundle identifier; "com.example.story.upload.*" stands in the Info.plist.
    private static let identifier = "com.example.story.upload"
    private lazy var session = URLSession(
        configuration: .background(withIdentifier: Self.identifier), delegate: self, delegateQueue: .main
    )
    private var holding: [Int: BGTask] = [:]
    /// From application(_:handleEventsForBackgroundURLSession:completionHandler:).
    var afterEvents: (() -> Void)?

    /// At every launch: what ended in the meantime is told to the session that is made here.
    func reconnect() { _ = session }

    /// Called by the tap on Post, with the app in front.
    func post(file: URL, to request: URLRequest) {
        let upload = session.uploadTask(with: request, fromFile: file)
        if let size = try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize {
            upload.countOfBytesClientExpectsToSend = Int64(size)
        }
        upload.resume() // from here on another process moves the bytes
        if #available(iOS 26.0, *) {
            hold(upload)
        }
        // Below iOS 26 a card of the app's own: with a stale date, and told by the server's pushes.
    }

    @available(iOS 26.0, *)
    private func hold(_ upload: URLSessionUploadTask) {
        let identifier = "\(Self.identifier).\(upload.taskIdentifier)" // another one for each post
        BGTaskScheduler.shared.register(
            forTaskWithIdentifier: identifier, using: .main
        ) { [weak self] task in
            guard let task = task as? BGContinuedProcessingTask else { return }
            guard upload.state != .completed else { // it was faster than we were
                task.setTaskCompleted(success: Self.isPosted(upload, upload.error))
                return
            }
            task.progress.totalUnitCount = 100
            // It comes in gaps, and one developer's task expired for that: count other work too, if there is any.
            task.progress.addChild(upload.progress, withPendingUnitCount: 100)
            task.expirationHandler = { @Sendable [weak self] in // off the main thread, developers report
                // Stopped by the person or by the system, and no reason is given. The upload goes on.
                Task { @MainActor [weak self] in
                    self?.holding.removeValue(forKey: upload.taskIdentifier)?.setTaskCompleted(success: false)
                }
            }
            self?.holding[upload.taskIdentifier] = task
        }
        Task.detached { // submitTaskRequest is not for the main thread
            let request = BGContinuedProcessingTaskRequest(
                identifier: identifier, title: "Posting your story", subtitle: "Uploading"
            )
            request.strategy = .fail // a start much later helps nobody
            do {
                if #available(iOS 27.0, *) {
                    try await BGTaskScheduler.shared.submitTaskRequest(request)
                } else {
                    try BGTaskScheduler.shared.submit(request)
                }
            } catch {
                print("No continued task; the upload goes on alone: \(error)")
            }
        }
    }

    /// Sent is not yet accepted: a 503 is no error of the transfer.
    nonisolated private static func isPosted(_ task: URLSessionTask, _ error: (any Error)?) -> Bool {
        let status = (task.response as? HTTPURLResponse)?.statusCode ?? 0
        return error == nil && (200..<300).contains(status)
    }

    nonisolated func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        let posted = Self.isPosted(task, error)
        MainActor.assumeIsolated { // the delegate queue is the main queue
            holding.removeValue(forKey: task.taskIdentifier)?.setTaskCompleted(success: posted)
            // Now end the card, or notify of the failure. After a relaunch this is called as well.
        }
    }

    nonisolated func urlSessionDidFinishEvents(forBackgroundURLSession session: URLSession) {
        MainActor.assumeIsolated {
            afterEvents?()
            afterEvents = nil
        }
    }
}
