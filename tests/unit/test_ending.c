#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/engine/ending.h"
#include "kmgr/engine/statement.h"
#include "tests/unit/endorsed.h"

static const uint8_t head[CRYPTO_SHA256_LEN] = { 7 };

/* Give ksk a retirement that its CMK signed under tag. */
static void
retire(struct endorsed *e, const char *tag)
{
	struct ksk_row *row = &e->ksk.row;

	free(row->retirement);
	free(row->retirement_signature);
	row->retirement = ending_of_ksk(row, NULL, 5, head, 1800000000);
	row->retirement_signature = endorsed_sign(e, tag, row->retirement);
}

static void
test_ksk(void **state)
{
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct ksk_row *row = &e->ksk.row;
	struct error err = ERR_INIT;

	(void)state;
	unit_fails(ending_check_ksk(NULL, &e->cmk, row, &err), &err,
	    ERR_INTEGRITY, "missing");
	retire(e, STATEMENT_RETIREMENT);
	assert_non_null(strstr(row->retirement, "\"ledger_seq\":5"));
	unit_ok(ending_check_ksk(NULL, &e->cmk, row, &err), &err);
	row->retirement[strlen(row->retirement) - 2] ^= 1;
	unit_fails(ending_check_ksk(NULL, &e->cmk, row, &err), &err,
	    ERR_INTEGRITY, "its retirement");
	/* The seal key's word, but for something else. */
	retire(e, STATEMENT_ENDORSEMENT);
	unit_fails(ending_check_ksk(NULL, &e->cmk, row, &err), &err,
	    ERR_INTEGRITY, "its retirement");
	endorsed_free(e);
}

/* Whoever answers for a loss says what was lost. */
static void
test_loss(void **state)
{
	static const char *const halves[] = {
		"\"voucher\":\"00112233445566778899aabbccddeeff\",",
		"\"lost_token\":\"main\"," };
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct ksk_row *row = &e->ksk.row;
	struct error err = ERR_INIT;
	char *whole;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(halves); i++) {
		retire(e, STATEMENT_RETIREMENT);
		whole = mem_printf("{%s%s", halves[i], row->retirement + 1);
		free(row->retirement);
		free(row->retirement_signature);
		row->retirement = whole;
		row->retirement_signature = endorsed_sign(e,
		    STATEMENT_RETIREMENT, whole);
		unit_fails(ending_check_ksk(NULL, &e->cmk, row, &err), &err,
		    ERR_INTEGRITY, "and not both");
	}
	endorsed_free(e);
}

static void
test_other_ksk(void **state)
{
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct ksk_row *row = &e->ksk.row;
	struct error err = ERR_INIT;

	(void)state;
	retire(e, STATEMENT_RETIREMENT);
	row->key_tag++;
	unit_fails(ending_check_ksk(NULL, &e->cmk, row, &err), &err,
	    ERR_INTEGRITY, "of another KSK");
	row->key_tag--;
	row->id[0] ^= 1;
	unit_fails(ending_check_ksk(NULL, &e->cmk, row, &err), &err,
	    ERR_INTEGRITY, "of another KSK");
	row->id[0] ^= 1;
	row->key_id[0] ^= 1;
	unit_fails(ending_check_ksk(NULL, &e->cmk, row, &err), &err,
	    ERR_INTEGRITY, "of another KSK");
	row->key_id[0] ^= 1;
	unit_ok(ending_check_ksk(NULL, &e->cmk, row, &err), &err);
	endorsed_free(e);
}

static void
test_cmk(void **state)
{
	struct endorsed *e = endorsed_new(ENDORSED_RSA3072, ENDORSED_ZONES,
	    "example.com.");
	struct error err = ERR_INIT;
	char *text, *signature;

	(void)state;
	if (e->cmk.row.key_id == NULL)	/* it is in no token */
		e->cmk.row.key_id = mem_strdup("00");
	text = ending_of_cmk(&e->cmk, 5, head, 1800000000);
	signature = endorsed_sign(e, STATEMENT_DELETION, text);
	unit_ok(ending_check_cmk(&e->cmk, text, signature, &err), &err);
	unit_fails(ending_check_cmk(&e->cmk, text, NULL, &err), &err,
	    ERR_INTEGRITY, "its deletion");
	free(signature);
	signature = endorsed_sign(e, STATEMENT_RETIREMENT, text);
	unit_fails(ending_check_cmk(&e->cmk, text, signature, &err), &err,
	    ERR_INTEGRITY, "its deletion");
	free(signature);
	signature = endorsed_sign(e, STATEMENT_DELETION, text);
	e->cmk.row.id[0] ^= 1;
	unit_fails(ending_check_cmk(&e->cmk, text, signature, &err), &err,
	    ERR_INTEGRITY, "of another CMK");
	free(signature);
	free(text);
	endorsed_free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ksk),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_other_ksk),
		cmocka_unit_test(test_cmk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
