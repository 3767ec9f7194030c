// A card that takes itself back, and a note that is only delivered if nobody cancels it.
@preconcurrency import ActivityKit // its Activity is not Sendable
import SwiftUI
import UserNotifications
import WidgetKit

@available(iOS 16.1, *)
nonisolated struct HonestAttributes: ActivityAttributes {
    struct ContentState: Codable, Hashable { var sent: Double; var at: Date }
}

private let promise: TimeInterval = 60 // how long a told figure is good for

@available(iOS 16.2, *)
func tell(_ card: Activity<HonestAttributes>, sent: Double) async {
    let now = Date.now
    let state = HonestAttributes.ContentState(sent: sent, at: now)
    await card.update(ActivityContent(state: state, staleDate: now.addingTimeInterval(promise)))
}

// In the widget extension.
@available(iOS 16.2, *)
struct HonestCard: View {
    let context: ActivityViewContext<HonestAttributes>

    var body: some View {
        VStack(alignment: .leading) {
            ProgressView(value: context.state.sent)
            HStack {
                Text(context.state.sent, format: .percent.precision(.fractionLength(0)))
                Text("sent at")
                Text(context.state.at, style: .time)
            }
            if context.isStale {
                Text("Out of date. Open the app to go on.").bold()
            }
        }
    }
}

// In the app, while it still runs, if the person allows notifications. Cancelled when the upload is done; needs no run time if it is not.
func warnUnlessPosted(_ upload: String, within seconds: TimeInterval) async throws {
    let content = UNMutableNotificationContent()
    content.title = "Your story may not be posted yet"
    content.body = "Open the app to look."
    let trigger = UNTimeIntervalNotificationTrigger(timeInterval: seconds, repeats: false)
    try await UNUserNotificationCenter.current().add(
        UNNotificationRequest(identifier: upload, content: content, trigger: trigger)
    )
}

func posted(_ upload: String) {
    UNUserNotificationCenter.current().removePendingNotificationRequests(withIdentifiers: [upload])
}
