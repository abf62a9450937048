"""`python -m shopops.embedded`."""

import sys

from shopops.embedded.supervisor import main

sys.exit(main())
