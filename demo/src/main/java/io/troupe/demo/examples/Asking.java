package io.troupe.demo.examples;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

import io.troupe.actors.ActorContext;
import io.troupe.actors.AskException;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.cluster.ClusterConfig;
import io.troupe.transport.kryo.MessageRegistry;

/** A shelf whose stock is in the log of the cluster: an ask ends in an answer, or in what became of it. */
public final class Asking implements StatefulHandler<Asking.Stock, Asking.Message> {
    /** What a shelf understands; every message is answered with what is left. */
    public sealed interface Message extends Query<Integer> {}

    /**
     * Puts something on the shelf.
     *
     * @param pieces how many
     */
    public record Put(int pieces) implements Message {}

    /**
     * Takes something from the shelf.
     *
     * @param pieces how many
     */
    public record Take(int pieces) implements Message {}

    /**
     * What is on the shelf.
     *
     * @param pieces how many
     */
    public record Stock(int pieces) {}

    private static final Kind<Message> KIND = Kind.durable("shelf", Message.class, Stock.class, Asking::new);

    private static final MessageRegistry MESSAGES = MessageRegistry.builder()
            .add(1000, Put.class)
            .add(1001, Take.class)
            .add(1002, Stock.class)
            .build();

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Asking() {}

    @Override
    public Stock initialState(EntityId id) {
        return new Stock(0);
    }

    @Override
    public Effect<Stock> receive(Stock stock, Message message, ActorContext<Message> context) {
        int left = stock.pieces() + (message instanceof Put put ? put.pieces() : -((Take) message).pieces());
        return left < 0
                ? Effect.reject("only " + stock.pieces() + " left")
                : Effect.persist(new Stock(left)).thenReply(message, left);
    }

    /**
     * Starts a node and asks a shelf three times.
     *
     * @param config the node
     * @return what became of each
     */
    public static List<String> run(ClusterConfig config) {
        List<String> told = new ArrayList<>();
        try (ClusterActorSystem system =
                ClusterActorSystem.start(config, MESSAGES, KIND).join()) {
            Pid<Message> shelf = system.entity(KIND, "books");
            for (Message message : List.of(new Put(5), new Take(3), new Take(4))) {
                told.add(ask(shelf, message));
            }
        }
        return told;
    }

    private static String ask(Pid<Message> shelf, Message message) {
        try {
            return message + ": " + shelf.ask(message, LIMIT).join() + " left";
        } catch (CompletionException e) {
            if (e.getCause() instanceof AskException failed) {
                return message + ": "
                        + failed.outcome(); // NotExecuted can be sent again, Unknown may have been executed
            }
            throw e;
        }
    }
}
