#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/cmd_ds.h"
#include "kmgr/cmd/cmd_parent.h"
#include "kmgr/dns/epp.h"

static void
push(struct cmd_ds_set *set, const struct ksk *ksk, const struct ds *ds)
{
	struct cmd_ds_one *one = mem_push(&set->list, set->n++, sizeof(*one));

	*one = (struct cmd_ds_one) { .ksk = ksk, .ds = *ds };
}

/* The KSK that the DS is, or may be, of; NULL: none that kmgr knows. */
static const struct parent_key *
key_of(const struct cmd_parent_keys *keys, const struct ds *ds, size_t *at)
{
	size_t i;

	for (i = 0; i < keys->n; i++)
		if (parent_is_of(ds, &keys->life->name, keys->list[i].dnskey) !=
		    PARENT_NOT_OF) {
			*at = i;
			return &keys->list[i];
		}
	return NULL;
}

/* Sort what the parent has, and what it lacks. */
static void
compare(const struct parent_view *view, const struct cmd_parent_keys *keys,
    struct cmd_ds_diff *diff)
{
	const struct parent_key *key;
	struct ds *there;
	size_t n, i, at = 0;

	parent_ds(view, &there, &n);
	for (i = 0; i < diff->wanted.n; i++)
		if (!ds_is_among(&diff->wanted.list[i].ds, there, n))
			push(&diff->add, diff->wanted.list[i].ksk,
			    &diff->wanted.list[i].ds);
	for (i = 0; i < n; i++) {
		key = key_of(keys, &there[i], &at);
		/* Foreign ones are for their own provider to change. */
		if (key != NULL && at < keys->life->n_ksks)
			push(key->wants_ds ? &diff->keep : &diff->remove,
			    &keys->life->ksks[at], &there[i]);
	}
	free(there);
	parent_unknown(view, keys->list, keys->n, &diff->unknown,
	    &diff->n_unknown);
}

/* All servers differ in time; none that answers has nothing to tell. */
static int
check_answers(struct cmd *cmd, const struct parent_view *view,
    struct error *err)
{
	char address[RESOLVE_SERVER_TEXT];
	const struct error *trouble;
	size_t i, n_good = 0;

	for (i = 0; i < view->n; i++) {
		trouble = &view->servers[i].trouble;
		if (trouble->class == ERR_NONE) {
			n_good++;
			continue;
		}
		session_note(cmd->session, "%s: %s", resolve_server_text(
		    &view->servers[i].server, address), trouble->msg);
	}
	return n_good > 0 ? 0 : err_set(err, ERR_NETWORK,
	    "no server of the parent answered");
}

static void
note_unknown(struct cmd *cmd, const struct cmd_ds_diff *diff)
{
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < diff->n_unknown; i++) {
		buf_free(&text);
		ds_text(&diff->unknown[i], &text);
		session_note(cmd->session, "the parent has a DS of no key "
		    "that kmgr knows, and it is neither kept nor removed "
		    "here: %s", buf_text(&text));
	}
	buf_free(&text);
}

/* The KSKs whose DS the parent should have, before the others. */
static void
begin(const struct cmd_parent_keys *keys, struct ksk **wanted,
    struct cmd_ds_diff *diff)
{
	struct cmd_ds_set *sets[] = { &diff->wanted, &diff->add, &diff->keep,
		&diff->remove };
	size_t i, n = 0;

	*wanted = mem_new((keys->n + 1) * sizeof(**wanted));
	for (i = 0; i < keys->life->n_ksks; i++)
		if (keys->list[i].wants_ds)	/* borrowed */
			(*wanted)[n++] = keys->life->ksks[i];
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		sets[i]->zone = &keys->life->name;
		(void)name_text(&keys->life->name, sets[i]->zone_text);
	}
	diff->wanted.ksks = *wanted;
	diff->wanted.n_ksks = n;
	cmd_ds_collect(&diff->wanted);
}

static struct json *
diff_json(const struct cmd_ds_diff *diff)
{
	struct json *json = json_new_object(), *list;
	struct buf text = BUF_INIT;
	size_t i;

	json_put_take(json, "add", cmd_ds_json(&diff->add));
	json_put_take(json, "keep", cmd_ds_json(&diff->keep));
	json_put_take(json, "remove", cmd_ds_json(&diff->remove));
	list = json_put_array(json, "unknown");
	for (i = 0; i < diff->n_unknown; i++) {
		buf_free(&text);
		ds_text(&diff->unknown[i], &text);
		json_add_text(list, buf_text(&text));
	}
	buf_free(&text);
	return json;
}

static int
ask(struct cmd *cmd, const struct cmd_parent_keys *keys,
    struct parent_view **view, struct error *err)
{

	return parent_ask(session_config(cmd->session), &keys->life->name,
	    session_now(cmd->session), view, err) == 0 ?
	    check_answers(cmd, *view, err) :
	    err_wrap(err, "the parent of %s", keys->life->text);
}

int
cmd_ds_diff(struct cmd *cmd, void (*print)(const struct cmd_ds_diff *,
    struct buf *), struct error *err)
{
	struct cmd_ds_diff diff = { .ttl_s = 0 };
	struct parent_view *view = NULL;
	struct cmd_parent_keys keys;
	struct ksk *wanted = NULL;
	int rc = -1;

	if (cmd_parent_keys(cmd, cmd->args->words[0], &keys, err) == 0 &&
	    ask(cmd, &keys, &view, err) == 0) {
		begin(&keys, &wanted, &diff);
		compare(view, &keys, &diff);
		diff.ttl_s = view->ttl_s;
		note_unknown(cmd, &diff);
		print(&diff, &cmd->text);
		json_put_take(cmd->json, "diff", diff_json(&diff));
		rc = 0;
	}
	free(diff.wanted.list);
	free(diff.add.list);
	free(diff.keep.list);
	free(diff.remove.list);
	free(diff.unknown);
	free(wanted);
	parent_view_free(view);
	cmd_parent_keys_clear(&keys);
	return rc;
}

/* A section of records; what is to go is a comment, the rest is the set. */
static void
add_section(const char *head, const char *before,
    const struct cmd_ds_set *set, struct buf *out)
{
	size_t i;

	buf_printf(out, "; %s\n", head);
	for (i = 0; i < set->n; i++) {
		buf_printf(out, "%s%s IN DS ", before, set->zone_text);
		ds_text(&set->list[i].ds, out);
		buf_printf(out, "\n");
	}
}

void
cmd_ds_diff_zone(const struct cmd_ds_diff *diff, struct buf *out)
{

	add_section("add", "", &diff->add, out);
	add_section("keep", "", &diff->keep, out);
	add_section("remove", "; ", &diff->remove, out);
}

void
cmd_ds_diff_json(const struct cmd_ds_diff *diff, struct buf *out)
{
	struct json *json = diff_json(diff);

	json_pretty(json, out);
	json_free(json);
}

void
cmd_ds_diff_form(const struct cmd_ds_diff *diff, struct buf *out)
{
	static const char *const heads[] = { "Add", "Keep", "Remove" };
	const struct cmd_ds_set *const sets[] = { &diff->add, &diff->keep,
		&diff->remove };
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		buf_printf(out, "%s%s: %zu\n", i > 0 ? "\n" : "", heads[i],
		    sets[i]->n);
		cmd_ds_form(sets[i], out);
	}
}

void
cmd_ds_diff_epp_ds(const struct cmd_ds_diff *diff, struct buf *out)
{
	const struct cmd_ds_set *const sets[] = { &diff->add, &diff->remove };
	struct ds *ds;
	size_t i, k;

	for (i = 0; i < 2; i++) {
		if (sets[i]->n == 0)
			continue;
		ds = mem_new(sets[i]->n * sizeof(*ds));
		for (k = 0; k < sets[i]->n; k++)
			ds[k] = sets[i]->list[k].ds;
		(i == 0 ? epp_add_ds : epp_remove_ds)(sets[i]->zone, ds,
		    sets[i]->n, out);
		free(ds);
	}
}

/* The keys of a set's DS, each once. */
static size_t
keys_of(const struct cmd_ds_set *set, struct dnskey *out)
{
	size_t i, k, n = 0;

	for (i = 0; i < set->n; i++) {
		for (k = 0; k < i; k++)
			if (set->list[k].ksk == set->list[i].ksk)
				break;
		if (k == i)
			out[n++] = set->list[i].ksk->dnskey;
	}
	return n;
}

void
cmd_ds_diff_epp_key(const struct cmd_ds_diff *diff, struct buf *out)
{
	const struct cmd_ds_set *const sets[] = { &diff->add, &diff->remove };
	struct dnskey *keys;
	size_t i, n;

	for (i = 0; i < 2; i++) {
		if (sets[i]->n == 0)
			continue;
		keys = mem_new(sets[i]->n * sizeof(*keys));
		n = keys_of(sets[i], keys);
		(i == 0 ? epp_add_keys : epp_remove_keys)(sets[i]->zone, keys,
		    n, out);
		free(keys);
	}
}

/* RFC 7344 s4: CDS are the whole set; what it changes are comments. */
void
cmd_ds_diff_cds(const struct cmd_ds_diff *diff, struct buf *out)
{

	add_section("add", "; ", &diff->add, out);
	add_section("keep", "; ", &diff->keep, out);
	add_section("remove", "; ", &diff->remove, out);
	cmd_ds_cds(&diff->wanted, out);
}

void
cmd_ds_diff_nsupdate(const struct cmd_ds_diff *diff, struct buf *out)
{
	const struct cmd_ds_one *one;
	size_t i;

	for (i = 0; i < diff->add.n; i++) {
		one = &diff->add.list[i];
		buf_printf(out, "update add %s %lld IN DS ",
		    diff->add.zone_text, diff->ttl_s > 0 ?
		    (long long)diff->ttl_s :
		    (long long)one->ksk->cmk->policy->parent_ds_ttl_s);
		ds_text(&one->ds, out);
		buf_printf(out, "\n");
	}
	for (i = 0; i < diff->remove.n; i++) {
		buf_printf(out, "update delete %s IN DS ",
		    diff->remove.zone_text);
		ds_text(&diff->remove.list[i].ds, out);
		buf_printf(out, "\n");
	}
	buf_printf(out, "send\n");
}
