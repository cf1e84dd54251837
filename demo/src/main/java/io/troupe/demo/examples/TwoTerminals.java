package io.troupe.demo.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ClusterException;
import io.troupe.transport.kryo.MessageRegistry;

/**
 * A guest book for two terminals: one node votes and keeps the log, the other has no vote and joins and leaves as it
 * likes. Both own actors, and whoever signs sees the same count. {@code demo/examples} has a properties file for each.
 */
public final class TwoTerminals {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /**
     * A guest signs.
     *
     * @param guest the name
     */
    public record Sign(String guest) implements Query<String> {}

    /**
     * What the book holds.
     *
     * @param guests how many have signed
     */
    public record Book(int guests) {}

    /** The book: its count is in the log, so it outlives both nodes. */
    static final class GuestBook implements StatefulHandler<Book, Sign> {
        @Override
        public Book initialState(EntityId id) {
            return new Book(0);
        }

        @Override
        public Effect<Book> receive(Book book, Sign sign, ActorContext<Sign> context) {
            Book next = new Book(book.guests() + 1);
            String node = ((ClusterActorSystem) context.self().system()).nodeId();
            return Effect.persist(next)
                    .thenReply(sign, sign.guest() + " is guest number " + next.guests() + ", says " + node);
        }
    }

    private static final Kind<Sign> KIND = Kind.durable("guest-book", Sign.class, Book.class, GuestBook::new);

    private static final MessageRegistry MESSAGES = MessageRegistry.builder()
            .add(1000, Sign.class)
            .add(1001, Book.class)
            .build();

    private TwoTerminals() {}

    /**
     * Runs one node until the input ends.
     *
     * @param arguments its properties file
     * @throws IOException if the input breaks
     */
    public static void main(String... arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: TwoTerminals FILE, such as demo/examples/voter.properties");
            return;
        }
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        run(Path.of(arguments[0]), lines, System.out::println);
    }

    /**
     * Runs one node, and signs with every line.
     *
     * @param file   its configuration
     * @param lines  what is typed
     * @param screen takes what is shown
     * @throws IOException if the input breaks
     */
    static void run(Path file, BufferedReader lines, Consumer<String> screen) throws IOException {
        try (ClusterActorSystem system = ClusterActorSystem.start(ClusterConfig.load(file), MESSAGES, KIND)
                .join()) {
            screen.accept(system.nodeId() + " is in the cluster: type a name, or end the input to leave");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                screen.accept(sign(system, line));
            }
        } catch (ClusterException refused) {
            screen.accept("refused: " + refused.getMessage());
        } catch (CompletionException failed) {
            screen.accept("not started: " + failed.getCause());
        }
    }

    private static String sign(ClusterActorSystem system, String guest) {
        try {
            return system.entity(KIND, "hotel").ask(new Sign(guest), LIMIT).join();
        } catch (CompletionException failed) {
            return guest + " has no answer: " + failed.getCause();
        }
    }
}
