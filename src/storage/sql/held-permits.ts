/**
 * Whether a row `permit` of `job_permit` counts: a worker holds the job, whose lock a timer row looks after, or it is being given
 * out, under a claim. The step that gives it out takes the job's row and writes the timer's; the one that ends it, however it
 * does, takes that. A job that is queued again has a row without a claim.
 */
export const IS_HELD = `coalesce(
         (SELECT job.claimed_until IS NOT NULL AND permit.granted_at > clock_timestamp() - interval '15 s' FROM job
          WHERE job.instance_id = permit.instance_id AND job.element_instance_id = permit.element_instance_id),
         EXISTS (
           SELECT FROM timer_job AS timer
           WHERE timer.instance_id = permit.instance_id AND timer.element_instance_id = permit.element_instance_id
             AND timer.timer_node_id = '' AND timer.kind = 'job'))`;
