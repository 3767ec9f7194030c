// At launch: look for cards of an earlier life, and say what became of their work.
import ActivityKit

@available(iOS 16.1, *)
nonisolated struct LeftoverAttributes: ActivityAttributes {
    struct ContentState: Codable, Hashable { var text: String }
    var uploadID: String
}

@available(iOS 16.2, *)
func cleanUpCards(stillRunning: Set<String>) async {
    for card in Activity<LeftoverAttributes>.activities {
        // An ended card can still be listed: being listed is not being alive.
        guard card.activityState == .active || card.activityState == .stale else { continue }
        guard !stillRunning.contains(card.attributes.uploadID) else { continue }
        let last = LeftoverAttributes.ContentState(text: "Not posted. Tap to try again.")
        await card.end(ActivityContent(state: last, staleDate: nil), dismissalPolicy: .default)
    }
}
