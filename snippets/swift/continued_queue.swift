// A late start would be of no use here, so the request may fail.
// The identifier stands in Info.plist and its handler is registered.
import BackgroundTasks

@available(iOS 26, *)
@concurrent
func startNowOrNever(_ identifier: String) async throws -> Bool {
    let request = BGContinuedProcessingTaskRequest(
        identifier: identifier, title: "Posting your story", subtitle: "Uploading")
    request.strategy = .fail // the default is .queue
    do {
        if #available(iOS 27, *) {
            try await BGTaskScheduler.shared.submitTaskRequest(request)
        } else {
            try BGTaskScheduler.shared.submit(request)
        }
        return true
    } catch let error as BGTaskScheduler.Error where error.code == .immediateRunIneligible {
        return false // go on without it: an assertion, and the file in a background session
    }
}
