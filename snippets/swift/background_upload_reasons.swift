// At the next launch, make the session again and read why its tasks ended.
import Foundation

final class UploadDelegate: NSObject, URLSessionTaskDelegate {
    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let error = error as? URLError else { return } // none: look at task.response
        switch error.backgroundTaskCancelledReason {
        case .userForceQuitApplication:
            startAgain(task) // the person force quit the app: no need to ask
        case .backgroundUpdatesDisabled:
            tell("Background App Refresh is off, so the upload was stopped. Open the app to post it.")
        case .insufficientSystemResources:
            startAgain(task)
        case nil:
            tell("Not posted: \(error.localizedDescription)")
        @unknown default:
            tell("Not posted.")
        }
    }

    private func startAgain(_ task: URLSessionTask) { /* the file is still there: hand it over again */ }
    private func tell(_ text: String) { /* on the card, and in the app */ }
}

// Creating a session with the same identifier is what brings its results back.
func reconnect(_ delegate: UploadDelegate) -> URLSession {
    let configuration = URLSessionConfiguration.background(withIdentifier: "com.example.story.upload")
    return URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
}
