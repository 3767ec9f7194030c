// The app hands its server the address of the card.
// PostAttributes is the story upload's. A request without a pushType gets no token.
// In the Info.plist: NSSupportsLiveActivities.
import ActivityKit
import Foundation

@available(iOS 16.2, *)
func startCard() throws {
    guard ActivityAuthorizationInfo().areActivitiesEnabled else { return } // the person said no
    let card = try Activity.request(
        attributes: PostAttributes(title: "Posting your story"),
        content: .init(state: .init(progress: 0), staleDate: Date(timeIntervalSinceNow: 180)),
        pushType: .token)
    Task {
        for await token in card.pushTokenUpdates { // it can change: send every one
            await tellServer("update", token.map { String(format: "%02x", $0) }.joined())
        }
    }
}

/// A real one keeps the token until the server has answered, as the sync's recipe does.
func tellServer(_ what: String, _ value: String) async {
    var request = URLRequest(url: URL(string: "https://example.com/live-activity/\(what)")!)
    request.httpMethod = "POST"
    _ = try? await URLSession.shared.upload(for: request, from: Data(value.utf8))
}
