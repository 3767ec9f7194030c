// The identifier stands in Info.plist, and fetch among the background modes.
import BackgroundTasks
import SwiftUI

nonisolated private let refresh = "com.example.app.refresh"

@available(iOS 16, *)
struct NewsApp: App {
    var body: some Scene {
        WindowGroup { Text("News") }
            .backgroundTask(.appRefresh(refresh)) {
                await askForRefresh() // one request, one launch: ask again
                await loadNews() // the task is cancelled when the time is up
            }
    }
}

/// Also called when the app goes to the background: then a request that waits keeps its date.
/// Off the main thread, where submitTaskRequest may not be called.
@concurrent
func askForRefresh() async {
    let waiting = await BGTaskScheduler.shared.pendingTaskRequests()
    guard !waiting.contains(where: { $0.identifier == refresh }) else { return }
    let request = BGAppRefreshTaskRequest(identifier: refresh)
    request.earliestBeginDate = Date(timeIntervalSinceNow: 15 * 60) // not before then; no promise
    do {
        if #available(iOS 27, *) {
            try await BGTaskScheduler.shared.submitTaskRequest(request)
        } else {
            try BGTaskScheduler.shared.submit(request)
        }
    } catch {
        print("no refresh: \(error)")
    }
}

func loadNews() async {
    guard let address = URL(string: "https://example.com/news.json") else { return }
    _ = try? await URLSession.shared.data(from: address)
}
