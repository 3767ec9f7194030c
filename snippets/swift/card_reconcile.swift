// Every launch, by the person or by the system, begins with the cards that are left.
import ActivityKit
import Foundation

@available(iOS 16.1, *)
nonisolated struct ReconcileAttributes: ActivityAttributes {
    struct ContentState: Codable, Hashable { var text: String }
    var file: String
}

@available(iOS 16.2, *)
func reconcile(with session: URLSession, posted: Set<String>) async { // posted: as the delegate noted it, whose events come first
    // The upload's taskDescription was set when it was started.
    let moving = Set(await session.allTasks.compactMap(\.taskDescription))
    for card in Activity<ReconcileAttributes>.activities {
        guard card.activityState == .active || card.activityState == .stale else { continue }
        if moving.contains(card.attributes.file) {
            let state = ReconcileAttributes.ContentState(text: "Handed over, waiting to be sent.")
            await card.update(ActivityContent(state: state, staleDate: Date.now.addingTimeInterval(600)))
        } else {
            let text = posted.contains(card.attributes.file) ? "Posted" : "Not posted. Tap to try again."
            let state = ReconcileAttributes.ContentState(text: text)
            await card.end(ActivityContent(state: state, staleDate: nil), dismissalPolicy: .default)
        }
    }
}
