"""Before it ends an app that runs in the background, the system may tell it so, and then it has about five seconds.

Claims: life-cycle.will-terminate-only-while-running, life-cycle.will-terminate-limit
"""

from afterswipe import Phone, UsageError


def end_after(seconds, saves_for):
    async def app_main(app):
        def told(callback):
            if callback == "applicationWillTerminate":
                print("  applicationWillTerminate")
                app.block_main_thread(saves_for)

        app.observe(told)
        app.begin_background_task("upload", lambda: app.end_background_task(1))
        await app.tapped()

    phone = Phone(ios="18")
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(seconds=seconds)
    try:
        phone.endings.announce()
    except UsageError as no:
        print(f"  {no}")
        return
    phone.wait(seconds=20)
    print(f"  ended at {phone.endings.last.at / 1000:g} s: {phone.endings.last.why}")


print("It runs in the background, and saves for 3 s:")
end_after(10, saves_for=3)
print("It saves for 8 s:")
end_after(10, saves_for=8)
print("It is suspended:")
end_after(60, saves_for=3)
