import Glibc
import LockstepCommand

exit(run())
