// The same in Swift. The card's updates come from a delegate, on another thread.
// A card needs NSSupportsLiveActivities = YES in the app's Info.plist.
@preconcurrency import ActivityKit // its Activity is not Sendable
import Foundation

@available(iOS 16.1, *)
nonisolated struct PostAttributes: ActivityAttributes {
    struct ContentState: Codable, Hashable { var progress: Double }
    var title: String
}

@available(iOS 16.2, *)
func postStory(file: URL, to request: URLRequest) async throws {
    let card = try Activity.request(
        attributes: PostAttributes(title: "Posting your story"),
        content: .init(state: .init(progress: 0), staleDate: nil)
    )
    let delegate = ProgressDelegate { sent in
        await card.update(.init(state: .init(progress: sent), staleDate: nil))
    }
    do {
        // URLSession.shared lives in the app's process and is suspended with it.
        let (_, answer) = try await URLSession.shared.upload(for: request, fromFile: file, delegate: delegate)
        let status = (answer as? HTTPURLResponse)?.statusCode ?? 0 // a 503 is no error of the transfer
        guard (200..<300).contains(status) else { throw URLError(.badServerResponse) }
    } catch {
        await card.end(nil, dismissalPolicy: .immediate) // or it would stay, with its last number
        throw error
    }
    await card.end(.init(state: .init(progress: 1), staleDate: nil))
}

final class ProgressDelegate: NSObject, URLSessionTaskDelegate {
    let report: @Sendable (Double) async -> Void
    init(report: @escaping @Sendable (Double) async -> Void) { self.report = report }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didSendBodyData bytes: Int64,
        totalBytesSent sent: Int64, totalBytesExpectedToSend size: Int64
    ) {
        Task { await report(Double(sent) / Double(size)) } // one may overtake another: a real card never goes back
    }
}
