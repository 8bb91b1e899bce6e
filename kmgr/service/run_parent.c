/* What the parent has by now. */
#include "kmgr/service/parent.h"
#include "kmgr/service/run_inner.h"
