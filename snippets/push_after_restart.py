"""Whether a restart lifts what a force quit forbids: Apple's page and an engineer disagree, and the script chooses.

Claims: force-quit.restart-lifts-it
"""

import asyncio

from afterswipe import Phone


async def app_main(_app):
    await asyncio.sleep(3600)


for side in ("document", "report"):
    phone = Phone(ios="18", disputes={"force-quit.restart-lifts-it": side})
    phone.open(app_main)
    phone.force_quit()
    before = phone.pushes.silent()
    phone.restart()
    phone.unlock()
    print(f"{side}: {before}; after a restart: {phone.pushes.silent()}")
