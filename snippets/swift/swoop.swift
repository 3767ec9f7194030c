// The card's views; they belong to the widget extension, not to the app.
// In the app's Info.plist: NSSupportsLiveActivities.
import ActivityKit
import SwiftUI
import WidgetKit

@available(iOS 16.1, *)
nonisolated struct SyncAttributes: ActivityAttributes {
    struct ContentState: Codable, Hashable { var done: Int }
    var total: Int
}

@available(iOS 16.1, *)
struct SyncLiveActivity: Widget {
    var body: some WidgetConfiguration {
        ActivityConfiguration(for: SyncAttributes.self) { context in
            // Lock Screen, and the banner on devices without a Dynamic Island
            Text("Syncing sounds: \(context.state.done) of \(context.attributes.total)")
                .padding()
        } dynamicIsland: { context in
            DynamicIsland {
                DynamicIslandExpandedRegion(.center) {
                    Text("\(context.state.done) of \(context.attributes.total)")
                }
            } compactLeading: {
                Image(systemName: "arrow.triangle.2.circlepath")
            } compactTrailing: {
                Text("\(context.state.done)")
            } minimal: {
                Text("\(context.state.done)")
            }
        }
    }
}

// In the app. There is no call for the swoop: as reported, an active card is all that it takes.
@available(iOS 16.2, *)
func startSync(of total: Int) throws -> Activity<SyncAttributes>? {
    guard ActivityAuthorizationInfo().areActivitiesEnabled else { return nil }
    return try Activity.request(
        attributes: SyncAttributes(total: total),
        content: ActivityContent(state: .init(done: 0), staleDate: nil)
    )
}
