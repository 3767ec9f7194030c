// The card of the sync. SoundAttributes belongs to the app and to the widget extension, the rest to the extension.
// The app's Info.plist has NSSupportsLiveActivities = YES; the extension is for iOS 16.2 and later.
import ActivityKit
import SwiftUI
import WidgetKit

@available(iOS 16.1, *)
nonisolated struct SoundAttributes: ActivityAttributes {
    nonisolated enum Phase: String, Codable { case coming, stopped }
    nonisolated struct ContentState: Codable, Hashable, Sendable {
        var done: Int // files that are here; what is on its way does not count
        var phase: Phase
        var at: Date // when that was so
    }
    var total: Int
}

@available(iOS 16.2, *)
struct SoundCard: Widget {
    var body: some WidgetConfiguration {
        ActivityConfiguration(for: SoundAttributes.self) { context in
            SoundView(context: context)
        } dynamicIsland: { context in
            DynamicIsland {
                DynamicIslandExpandedRegion(.center) { SoundView(context: context) }
            } compactLeading: {
                Image(systemName: "arrow.down.circle")
            } compactTrailing: {
                Text("\(context.state.done)/\(context.attributes.total)")
            } minimal: {
                Text("\(context.state.done)")
            }
        }
    }
}

@available(iOS 16.2, *)
struct SoundView: View {
    let context: ActivityViewContext<SoundAttributes>

    var body: some View {
        VStack(alignment: .leading) {
            Text("\(context.state.done) of \(context.attributes.total) sounds are here").bold()
            HStack {
                Text("Counted at")
                Text(context.state.at, style: .time)
            }
            if context.state.phase == .stopped || context.isStale { // the system marks it, and no code of ours runs
                Text("Open the app to go on.")
            }
        }
        .padding()
    }
}

// @main stands before it, in the extension.
@available(iOS 16.2, *)
struct SoundWidgets: WidgetBundle {
    var body: some Widget { SoundCard() }
}
