#include "kmgr/cmd/command.h"
#include "kmgr/service/health_run.h"
#include "kmgr/service/metrics.h"

static void
add(void *arg, const struct health_zone *zone,
    const struct health_limits *limits)
{

	metrics_add_zone(arg, zone, limits);
}

int
cmd_metrics(struct cmd *cmd, struct error *err)
{
	struct metrics *metrics = metrics_new();
	int rc = -1;

	if (health_run(cmd->session, NULL,
	    args_has(cmd->args, OPT_NO_NETWORK) ? HEALTH_NO_NETWORK :
	    HEALTH_ASK_SERVERS, HEALTH_TRY_KEYS, add, metrics, err) == 0 &&
	    metrics_add_session(metrics, cmd->session, err) == 0) {
		metrics_text(metrics, &cmd->text);
		json_put_text(cmd->json, "metrics", buf_text(&cmd->text));
		rc = 0;
	}
	metrics_free(metrics);
	return rc;
}
