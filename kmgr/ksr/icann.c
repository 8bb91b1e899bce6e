#include <stdlib.h>
#include <string.h>

#include "kmgr/ksr/icann.h"

const struct icann_shape icann_shapes[KSR_RESPONSE + 1] = {
	[KSR_REQUEST] = { "Request", "RequestPolicy", "RequestBundle" },
	[KSR_RESPONSE] = { "Response", "ResponsePolicy", "ResponseBundle" },
};

#define AT(member) offsetof(struct ksr_policy, member)
const struct icann_span icann_spans[ICANN_SPANS_N] = {
	{ "PublishSafety", AT(publish_safety_s) },
	{ "RetireSafety", AT(retire_safety_s) },
	{ "MaxSignatureValidity", AT(max_validity_s) },
	{ "MinSignatureValidity", AT(min_validity_s) },
	{ "MaxValidityOverlap", AT(max_overlap_s) },
	{ "MinValidityOverlap", AT(min_overlap_s) },
};

const char *
icann_params(unsigned int alg)
{

	switch (alg) {
	case 1:			/* those that rules refuse can be read */
	case 5:
	case 7:
	case 8:
	case 10:
		return "RSA";
	case 13:
	case 14:
		return "ECDSA";
	case 15:
	case 16:
		return "EdDSA";
	default:
		return NULL;
	}
}

bool
icann_is_id(const char *text)
{
	const size_t len = strlen(text);
	size_t i;

	if (len == 0 || len > KSR_ID_MAX || text[0] == ' ' ||
	    text[len - 1] == ' ')
		return false;
	for (i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~' ||
		    strchr("<>&\"", text[i]) != NULL)
			return false;
	return true;
}

/* Whatever begins as XML does, other encodings too: its reader says what is
 * wrong with them. */
static bool
is_mine(const char *text, size_t len)
{
	size_t i = 0;

	if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 ||
	    memcmp(text, "\xfe\xff", 2) == 0))
		return true;
	while (i < len && strchr(" \t\r\n", text[i]) != NULL && text[i] != 0)
		i++;
	return i < len && text[i] == '<';
}

const struct codec codec_icann = {
	KSR_ICANN, is_mine, icann_read, icann_write
};
