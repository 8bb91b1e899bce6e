#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/zone_life.h"

#define ZONES_MAX_LEN (64 << 20)

static int
add_zone(const char *text, struct name **zones, size_t *n, struct error *err)
{
	struct name zone;

	if (cmd_zone(text, &zone, err) != 0)
		return -1;
	*(struct name *)mem_push(zones, (*n)++, sizeof(zone)) = zone;
	return 0;
}

/* One zone a line; # begins a comment. */
static int
zones_from_file(const char *path, struct name **zones, size_t *n,
    struct error *err)
{
	struct buf text = BUF_INIT;
	char *line, *next, *end;
	size_t number = 0;
	int rc = 0;

	if (file_read(path, ZONES_MAX_LEN, &text, err) != 0)
		return -1;
	if (text.len != strlen(buf_text(&text)))
		rc = err_set(err, ERR_INPUT, "%s: a byte 0 in it", path);
	for (line = (char *)text.data; line != NULL && rc == 0; line = next) {
		number++;
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		line += strspn(line, " \t\r");
		end = line + strcspn(line, "# \t\r");
		if (end[strspn(end, " \t\r")] != '\0' &&
		    end[strspn(end, " \t\r")] != '#')
			rc = err_set(err, ERR_INPUT, "more than one word");
		*end = '\0';
		if (rc == 0 && *line != '\0')
			rc = add_zone(line, zones, n, err);
		if (rc != 0) {
			err->class = ERR_INPUT;
			(void)err_wrap(err, "%s:%zu", path, number);
		}
	}
	buf_free(&text);
	return rc;
}

static int
compare_names(const void *a, const void *b)
{
	const struct name *const *left = a, *const *right = b;

	if ((*left)->len != (*right)->len)
		return (*left)->len < (*right)->len ? -1 : 1;
	return memcmp((*left)->wire, (*right)->wire, (*left)->len);
}

/* Twice the same zone would get two KSKs. */
static int
check_once(const struct name *zones, size_t n, struct error *err)
{
	const struct name **sorted = mem_new(n * sizeof(*sorted));
	char text[NAME_TEXT_MAX];
	size_t i;
	int rc = 0;

	for (i = 0; i < n; i++)
		sorted[i] = &zones[i];
	qsort(sorted, n, sizeof(*sorted), compare_names);
	for (i = 1; i < n && rc == 0; i++)
		if (name_is_same(sorted[i - 1], sorted[i]))
			rc = err_set(err, ERR_USAGE, "zone %s is named twice",
			    name_text(sorted[i], text));
	free(sorted);
	return rc;
}

static int
read_zones(struct cmd *cmd, struct name **zones, size_t *n, struct error *err)
{
	size_t i;

	for (i = 0; i < cmd->args->n_words; i++)
		if (add_zone(cmd->args->words[i], zones, n, err) != 0)
			return -1;
	if (args_has(cmd->args, OPT_ZONES_FROM) && zones_from_file(
	    args_get(cmd->args, OPT_ZONES_FROM), zones, n, err) != 0)
		return -1;
	if (*n == 0) {
		(void)err_set(err, ERR_USAGE, "no zone is named");
		return err_hint(err, "usage: kmgr create-ksk %s",
		    cmd->command->words);
	}
	return check_once(*zones, *n, err);
}

/* The policy demands approvers: write down what they are to sign. */
static int
ask_create(struct cmd *cmd, const struct ksk_request *request,
    struct error *err)
{
	struct json *arguments = ksk_create_arguments(request);
	struct plan plan = PLAN_INIT;
	int rc = -1;

	if (ksk_create_plan(cmd->session, request, &plan, err) == 0)
		rc = cmd_plan_ask(cmd, request->cmk,
		    &(struct approval_subject) { KSK_CREATE_OP, arguments,
		    &plan }, err);
	plan_clear(&plan);
	json_free(arguments);
	return rc;
}

/*
 * What the zone's policy keeps a standby for; the standby itself may be under
 * another CMK.
 */
static int
read_standby(struct cmd *cmd, struct ksk_request *request, struct error *err)
{
	static const char *const words[] = { NULL, "ds", "dnskey" };
	struct cmk_cache cache = { 0 };
	struct zone_life *zone = NULL;

	if (!args_has(cmd->args, OPT_STANDBY))
		return 0;
	if (request->n_zones != 1)
		return err_set(err, ERR_USAGE, "--standby is for one zone");
	if (zone_life_load(cmd->session, &cache, &request->zones[0], &zone,
	    err) == 0) {
		request->wish = KSK_ANOTHER;
		request->standby = words[zone->life.standby];
		if (request->standby == NULL) {
			(void)err_set(err, ERR_POLICY, "the policy of zone %s "
			    "says standby: none", zone->text);
			(void)err_hint(err, "--another makes a further KSK "
			    "that is in use");
		}
	}
	zone_life_free(zone);
	cmk_cache_clear(&cache);
	return request->standby == NULL ? -1 : 0;
}

int
cmd_create_ksk(struct cmd *cmd, struct error *err)
{
	struct ksk_request request = { .wish =
	    args_has(cmd->args, OPT_ANOTHER) ? KSK_ANOTHER : KSK_IF_MISSING };
	struct cmk_cache cache = { 0 };
	struct plan plan = PLAN_INIT;
	struct ksk *list = NULL;
	struct name *zones = NULL;
	bool waits = false;
	size_t n = 0;
	int rc = -1;

	if (cmd_option(cmd, OPT_CMK, &request.cmk, err) != 0 ||
	    read_zones(cmd, &zones, &request.n_zones, err) != 0)
		goto out;
	request.zones = zones;
	if (read_standby(cmd, &request, err) != 0)
		goto out;
	if (args_has(cmd->args, OPT_DRY_RUN)) {
		rc = ksk_create_plan(cmd->session, &request, &plan, err);
		if (rc == 0)
			rc = cmd_plan_dry(cmd, request.cmk, KSK_CREATE_OP,
			    &plan, err);
		goto out;
	}
	if (cmd_plan_waits(cmd, request.cmk, KSK_CREATE_OP, &waits,
	    err) != 0)
		goto out;
	if (waits) {
		rc = ask_create(cmd, &request, err);
		goto out;
	}
	if (ksk_create_apply(cmd->session, &request, &cache, &list, &n,
	    err) != 0)
		goto out;
	cmd_ksk_list(list, n, cmd);
	cmd_ksk_note_next(list, n, cmd);
	rc = 0;
 out:
	ksk_list_free(list, n);
	cmk_cache_clear(&cache);
	plan_clear(&plan);
	free(zones);
	return rc;
}
