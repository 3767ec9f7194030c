// A card that listens to a channel.
// The server has created the channel before; NSSupportsLiveActivities stands in the app's Info.plist.
import ActivityKit

@available(iOS 16.1, *)
nonisolated struct MatchAttributes: ActivityAttributes {
    struct ContentState: Codable, Hashable { var score: String }
    var name: String
}

@available(iOS 18, *)
func follow(_ name: String, channel: String) throws {
    _ = try Activity.request(
        attributes: MatchAttributes(name: name),
        content: .init(state: .init(score: "0:0"), staleDate: nil),
        pushType: .channel(channel))
}
