/* Good responses, each spoilt in one way. */
#ifndef TESTS_UNIT_RECEIVERMUTANTS_H
#define TESTS_UNIT_RECEIVERMUTANTS_H

#include "tests/unit/receiver.h"

struct receivermutant {
	enum ksr_format	 format;
	void		 (*change)(struct receiver *);
	const char	*rule, *message;
	const char	*also;	/* the rule that cannot but fail with it */
};

/* The last has no rule. */
extern const struct receivermutant receivermutants[];

#endif
