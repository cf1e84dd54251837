package io.troupe.demo.examples;

import java.time.Duration;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.actors.Query;
import io.troupe.cluster.ClusterConfig;
import io.troupe.transport.kryo.MessageRegistry;

/** One node, one actor, one question. */
public final class HelloActor implements Handler<HelloActor.Hello> {
    /**
     * What the actor understands.
     *
     * @param name who says it
     */
    public record Hello(String name) implements Query<String> {}

    private static final Kind<Hello> KIND =
            Kind.of("hello", Hello.class, HelloActor::new).spawnedAs(HelloActor.class);

    private static final MessageRegistry MESSAGES =
            MessageRegistry.builder().add(1000, Hello.class).build();

    private HelloActor() {}

    @Override
    public void receive(Hello message, ActorContext<Hello> context) {
        context.reply(
                message, "Hello, " + message.name() + ", says " + context.self().actorId());
    }

    /**
     * Starts a node, spawns an actor, asks it, and stops.
     *
     * @param config the node
     * @return the answer
     */
    public static String run(ClusterConfig config) {
        try (ClusterActorSystem system =
                ClusterActorSystem.start(config, MESSAGES, KIND).join()) {
            Pid<Hello> actor =
                    system.actorOf(HelloActor.class).withId("my-actor").spawn();
            return actor.ask(new Hello("world"), Duration.ofSeconds(10)).join();
        }
    }
}
