// PostAttributes is the one of the story upload; NSSupportsLiveActivities stands in the app's Info.plist.
import ActivityKit
import AppIntents
import Foundation
import SwiftUI

@available(iOS 17, *)
struct StartCard: LiveActivityIntent {
    static let title: LocalizedStringResource = "Post story"

    func perform() async throws -> some IntentResult { // in the app's process, with the app closed
        let content = ActivityContent(
            state: PostAttributes.ContentState(progress: 0), staleDate: Date(timeIntervalSinceNow: 180))
        _ = try Activity.request(attributes: PostAttributes(title: "Posting your story"), content: content)
        return .result()
    }
}

@available(iOS 17, *)
struct PostButton: View { // in the widget
    var body: some View {
        Button("Post story", intent: StartCard())
    }
}
