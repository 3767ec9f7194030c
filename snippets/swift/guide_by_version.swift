// Oldest system: iOS 16.0. One question per system, the newest first.
import ActivityKit
import Foundation

enum Holding { case continuedTask, assertion }
enum Card { case bySystem, ownWithStaleDate, noCard }

struct Plan {
    var holding: Holding
    var card: Card
    var submitsAsynchronously: Bool
    var resumable: Bool
}

func planForUpload() -> Plan {
    if #available(iOS 27.0, *) {
        return Plan(holding: .continuedTask, card: .bySystem, submitsAsynchronously: true, resumable: true)
    }
    if #available(iOS 26.0, *) {
        return Plan(holding: .continuedTask, card: .bySystem, submitsAsynchronously: false, resumable: true)
    }
    if #available(iOS 16.2, *) {
        let allowed = ActivityAuthorizationInfo().areActivitiesEnabled
        var resumable = false
        if #available(iOS 17.0, *) { resumable = true } // and the server speaks the protocol
        return Plan(
            holding: .assertion, card: allowed ? .ownWithStaleDate : .noCard,
            submitsAsynchronously: false, resumable: resumable
        )
    }
    return Plan(holding: .assertion, card: .noCard, submitsAsynchronously: false, resumable: false)
}
// On every system: the finished file in a background URLSession.
// A refused continued task falls back to .assertion.
