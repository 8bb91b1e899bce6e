/* Time lines: what they hold, and how they are told and drawn. */
#include "tests/unit/unit.h"

#include <expat.h>

#include "kmgr/base/mem.h"
#include "kmgr/life/life_svg.h"
#include "kmgr/life/life_text.h"
#include "tests/unit/lifehelp.h"

#define DAY   86400
#define T0    LIFEHELP_T0
#define LONG_AGO (T0 - 90 * DAY)

static const struct life_key active = { .name = "example.com./11111",
	.alg = 13, .key_tag = 11111, .made_at = LONG_AGO,
	.dnskey_in_at = LONG_AGO, .ds_add_at = LONG_AGO + DAY,
	.ds_seen_at = LONG_AGO + DAY, .is_usable = true };
static const struct life_key made = { .name = "example.com./22222",
	.alg = 13, .key_tag = 22222, .made_at = T0, .is_usable = true };

/* What was simulated of a zone. */
struct shown {
	struct life_zone	 before, after;
	struct life_plan	 plan;
	struct life_moment	*moments;
	size_t			 n;
	struct life_line	 line;
};

static void
shown_init(struct shown *shown, int64_t until_at)
{
	const struct life_world world = { .registration_s = 0 };

	life_plan(&shown->before, T0, &shown->plan);
	life_zone_copy(&shown->before, &shown->after);
	life_simulate(&shown->after, T0, until_at, &world, &shown->moments,
	    &shown->n);
	life_line_init(&shown->line, &(struct life_story) { &shown->before,
	    &shown->after, T0, until_at, shown->moments, shown->n });
}

static void
shown_clear(struct shown *shown)
{

	life_line_clear(&shown->line);
	free(shown->moments);
	life_plan_clear(&shown->plan);
	life_zone_clear(&shown->after);
	life_zone_clear(&shown->before);
}

/* The roll of lifecycle's double-signature: V10. */
static void
roll_init(struct shown *shown, int64_t until_at)
{
	struct life_key keys[] = { active, made };

	keys[0].retire_at = T0;
	lifehelp_zone(&shown->before, "example.com.", keys, 2);
	shown_init(shown, until_at);
}

static void
assert_bar(const struct life_bar *bar, enum life_state state,
    int64_t from_at, int64_t until_at)
{

	assert_int_equal(bar->state, state);
	assert_int_equal(bar->from_at - T0, from_at);
	assert_int_equal(bar->until_at - T0, until_at);
}

static void
test_bars(void **state)
{
	const struct life_row *old, *new;
	struct shown shown;

	(void)state;
	roll_init(&shown, T0 + 5 * DAY);
	assert_int_equal(shown.line.n_rows, 2);
	old = &shown.line.rows[0];
	new = &shown.line.rows[1];
	assert_int_equal(new->n_bars[LIFE_LINE_DNSKEY], 2);
	assert_bar(&new->bars[LIFE_LINE_DNSKEY][0], LIFE_RUMOURED, 0, 50400);
	assert_bar(&new->bars[LIFE_LINE_DNSKEY][1], LIFE_OMNIPRESENT, 50400,
	    5 * DAY);
	assert_int_equal(new->n_bars[LIFE_LINE_DS], 3);
	assert_bar(&new->bars[LIFE_LINE_DS][1], LIFE_RUMOURED, 50400, 150399);
	assert_int_equal(old->n_bars[LIFE_LINE_DNSKEY], 3);
	assert_bar(&old->bars[LIFE_LINE_DNSKEY][1], LIFE_UNRETENTIVE, 150399,
	    200799);
	assert_bar(&old->bars[LIFE_LINE_DNSKEY][2], LIFE_HIDDEN, 200799,
	    5 * DAY);
	shown_clear(&shown);
}

static void
test_text(void **state)
{
	struct buf text = BUF_INIT;
	struct shown shown;

	(void)state;
	roll_init(&shown, T0 + 10 * DAY);
	life_text_plan(&shown.line, &shown.plan, &text);
	life_text_line(&shown.line, &text);
	lifehelp_golden("life-roll.txt", &text);
	buf_free(&text);
	shown_clear(&shown);
}

static void
assert_brief(const struct life_zone *zone, const char *wanted)
{
	struct buf text = BUF_INIT;
	struct shown shown;

	life_zone_copy(zone, &shown.before);
	shown_init(&shown, T0 + DAY);
	life_text_brief(&shown.line, &shown.plan, &text);
	assert_string_equal(buf_text(&text), wanted);
	buf_free(&text);
	shown_clear(&shown);
}

/* What is due; else who is waited for, and what time brings. */
static void
test_brief(void **state)
{
	struct life_key keys[] = { active, made, made };
	struct life_zone zone;

	(void)state;
	lifehelp_zone(&zone, "example.com.", keys, 1);
	assert_brief(&zone, "at 2027-01-06T00:00:00Z: sign the DNSKEY RRset "
	    "anew");
	zone.keys[0].ds_seen_at = 0;
	assert_brief(&zone, "not yet: ask the parent to add the DS of "
	    "example.com./11111, until the parent is seen to have the DS of "
	    "example.com./11111; at 2027-01-06T00:00:00Z: sign the DNSKEY "
	    "RRset anew");
	zone.signed_until_at = T0 + DAY;
	assert_brief(&zone, "due now: sign the DNSKEY RRset anew");
	life_zone_clear(&zone);
	keys[0].retire_at = T0;
	keys[2].name = "example.com./33333";
	lifehelp_zone(&zone, "example.com.", keys, 3);
	zone.signed_until_at = T0 + DAY;
	assert_brief(&zone, "due now: publish the DNSKEY of "
	    "example.com./22222, and 1 more");
	life_zone_clear(&zone);
	lifehelp_zone(&zone, "example.com.", keys, 0);
	zone.goal = LIFE_INSECURE;
	zone.n_algs = 0;
	assert_brief(&zone, "nothing is to come");
	life_zone_clear(&zone);
}

static void
test_json(void **state)
{
	struct buf text = BUF_INIT;
	struct shown shown;
	struct json *json;
	size_t i;

	(void)state;
	roll_init(&shown, T0 + 10 * DAY);
	json = life_line_json(&shown.line);
	for (i = 0; i < shown.plan.n; i++)
		json_add_take(json_get(json, "moments"), life_line_step_json(
		    &shown.line, &shown.plan.steps[i]));
	json_pretty(json, &text);
	json_free(json);
	lifehelp_golden("life-roll.json", &text);
	buf_free(&text);
	shown_clear(&shown);
}

/* Any XML reader takes it; the elements are counted. */
static void
count_element(void *arg, const char *name, const char **attributes)
{
	size_t *n_rects = arg;

	(void)attributes;
	*n_rects += strcmp(name, "rect") == 0;
}

static size_t
read_xml(const struct buf *text)
{
	XML_Parser parser = XML_ParserCreate(NULL);
	size_t n_rects = 0;

	assert_non_null(parser);
	XML_SetUserData(parser, &n_rects);
	XML_SetStartElementHandler(parser, count_element);
	if (XML_Parse(parser, buf_text(text), (int)text->len, 1) !=
	    XML_STATUS_OK)
		fail_msg("%s in line %lu",
		    XML_ErrorString(XML_GetErrorCode(parser)),
		    (unsigned long)XML_GetCurrentLineNumber(parser));
	XML_ParserFree(parser);
	return n_rects;
}

static void
test_picture(void **state)
{
	struct buf text = BUF_INIT;
	struct shown shown;

	(void)state;
	roll_init(&shown, T0 + 10 * DAY);
	life_svg_line(&shown.line, "oracle: all is well", &text);
	/* Background, eight bars that are not hidden, three in the legend. */
	assert_int_equal(read_xml(&text), 1 + 8 + 3);
	lifehelp_golden("life-roll.svg", &text);
	buf_free(&text);
	shown_clear(&shown);
}

static void
test_escaped(void **state)
{
	struct life_key key = active;
	struct buf text = BUF_INIT;
	struct shown shown;

	(void)state;
	key.name = "a<b>&\"c'.example./7";
	lifehelp_zone(&shown.before, "a<b>&\"c'.example.", &key, 1);
	shown_init(&shown, T0 + DAY);
	life_svg_line(&shown.line, "a < b & \x01\xff c", &text);
	(void)read_xml(&text);
	assert_non_null(strstr(buf_text(&text),
	    "a&lt;b&gt;&amp;&quot;c&#39;.example."));
	assert_non_null(strstr(buf_text(&text), "a &lt; b &amp; ?? c"));
	buf_free(&text);
	shown_clear(&shown);
}

/* Of ten years of rolls ten times as much is said as of one. */
static void
test_linear(void **state)
{
	struct life_key key = active;
	struct buf year = BUF_INIT, years = BUF_INIT;
	struct shown shown;
	size_t k;

	(void)state;
	key.lifetime_s = 120 * DAY;
	for (k = 1; k <= 10; k += 9) {
		lifehelp_zone(&shown.before, "example.com.", &key, 1);
		shown.before.lifetime_s = 120 * DAY;
		shown_init(&shown, T0 + (int64_t)k * 360 * DAY);
		life_svg_line(&shown.line, "", k == 1 ? &year : &years);
		assert_true(shown.line.n_rows >= k * 3);
		shown_clear(&shown);
	}
	(void)read_xml(&years);
	assert_true(years.len < 11 * year.len);
	buf_free(&year);
	buf_free(&years);
}

/* A key that is made some day has a name of its own. */
static void
test_new_name(void **state)
{
	struct life_key key = active;
	struct shown shown;

	(void)state;
	key.lifetime_s = 100 * DAY;
	lifehelp_zone(&shown.before, "example.com.", &key, 1);
	shown_init(&shown, T0 + 30 * DAY);
	assert_int_equal(shown.line.n_rows, 2);
	assert_string_equal(shown.line.rows[1].name, "example.com./new-1");
	assert_int_equal(shown.line.rows[1].bars[LIFE_LINE_DNSKEY][0].state,
	    LIFE_HIDDEN);
	assert_string_equal(life_line_key_name(&shown.line, LIFE_NONE), "");
	shown_clear(&shown);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_brief),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_picture),
		cmocka_unit_test(test_escaped),
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_new_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
