import LockstepCommand

run()
