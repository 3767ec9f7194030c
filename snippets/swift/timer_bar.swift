// The app gives two dates; from there on the system moves the bar and the text.
// NSSupportsLiveActivities stands in the app's Info.plist.
import ActivityKit
import SwiftUI

@available(iOS 16.1, *)
nonisolated struct UploadAttributes: ActivityAttributes {
    struct ContentState: Codable, Hashable { var expected: ClosedRange<Date> }
}

@available(iOS 16.2, *)
func startUploadCard(seconds: TimeInterval) throws -> Activity<UploadAttributes> {
    let now = Date.now
    let end = now.addingTimeInterval(max(seconds, 1)) // a range that ends before it begins would stop the app
    return try Activity.request(
        attributes: UploadAttributes(),
        content: ActivityContent(
            state: .init(expected: now...end),
            staleDate: end.addingTimeInterval(10) // without it, a full bar is the last word
        )
    )
}

// In the widget extension. Say what the bar is: a guess about time.
@available(iOS 16.1, *)
struct UploadCard: View {
    let expected: ClosedRange<Date>
    let isStale: Bool // context.isStale, since iOS 16.2

    var body: some View {
        if isStale {
            Text("Out of date. Open the app to see what was sent.")
        } else {
            VStack(alignment: .leading) {
                Text("Posting. Usually done within a minute.")
                ProgressView(timerInterval: expected, countsDown: false)
                Text(timerInterval: expected, countsDown: true)
            }
        }
    }
}
