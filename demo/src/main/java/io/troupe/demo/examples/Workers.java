package io.troupe.demo.examples;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ActorNameTakenException;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.actors.Query;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.ShardSet;
import io.troupe.transport.kryo.MessageRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers with names, on those nodes that are there for work: spawned on one node, used from another, found by name.
 */
public final class Workers {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    /** The role of nodes that workers may live on. */
    public static final String ROLE = "worker";

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int WORKERS = 4;

    /**
     * Work to do.
     *
     * @param number the number to square
     */
    public record Job(int number) implements Query<String> {}

    /** Starts when it is spawned, without a message, and again on another node when its own is lost. */
    static final class Worker implements Handler<Job> {
        @Override
        public void preStart(ActorContext<Job> context) {
            LOG.info("{} started", context.self());
        }

        @Override
        public void receive(Job job, ActorContext<Job> context) {
            String node = ((ClusterActorSystem) context.self().system()).nodeId();
            context.reply(job, context.self().actorId() + " on " + node + ": " + job.number() * job.number());
        }

        @Override
        public void postStop(ActorContext<Job> context) {
            LOG.info("{} stopped", context.self());
        }
    }

    private static final ShardSet PLACES =
            ShardSet.of("workers", 8).onRole(ROLE).by(ShardSet.Strategy.ROUND_ROBIN);

    private static final Kind<Job> KIND =
            Kind.of("worker", Job.class, Worker::new).in(PLACES).spawnedAs(Worker.class);

    private static final MessageRegistry MESSAGES =
            MessageRegistry.builder().add(1000, Job.class).build();

    private Workers() {}

    /**
     * Starts three nodes, spawns workers, and gives each a job.
     *
     * @param front  a node without the role, to which users talk
     * @param first  a node with the role
     * @param second another one
     * @return what the workers have answered, and what became of a name that was taken
     */
    public static List<String> run(ClusterConfig front, ClusterConfig first, ClusterConfig second) {
        List<String> answers = new ArrayList<>();
        try (ClusterActorSystem users =
                        ClusterActorSystem.start(front, MESSAGES, KIND).join();
                ClusterActorSystem one =
                        ClusterActorSystem.start(first, MESSAGES, KIND).join();
                ClusterActorSystem other =
                        ClusterActorSystem.start(second, MESSAGES, KIND).join()) {
            for (int number = 1; number <= WORKERS; number++) {
                Pid<Job> worker =
                        one.actorOf(Worker.class).withId("worker-" + number).spawn();
                answers.add(worker.ask(new Job(number), LIMIT).join());
            }
            try {
                other.actorOf(Worker.class).withId("worker-1").spawn();
            } catch (ActorNameTakenException taken) {
                answers.add(taken.name() + " is taken");
            }
            users.routeMessage("worker-1", new Job(7), DeliveryGuarantee.AT_LEAST_ONCE)
                    .thenAccept(outcome ->
                            answers.add("job 7: " + outcome.getClass().getSimpleName()))
                    .join();
            users.despawn("worker-1").join();
            answers.add("worker-1 exists: " + users.actorExists("worker-1").join());
        }
        return answers;
    }
}
