package io.troupe.actors;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/** A volatile actor for tests: writes down every call, and does what the text of a message says. */
class Diary implements Handler<Diary.Note> {
    /** Answered with how many notes this instance has seen. */
    record Note(String text) implements Query<Integer> {}

    private static final Map<String, List<String>> PAGES = new ConcurrentHashMap<>();
    private int seen;
    private @Nullable String id;

    static List<String> of(String id) {
        return PAGES.computeIfAbsent(id, any -> new CopyOnWriteArrayList<>());
    }

    final void write(String what) {
        of(Objects.requireNonNull(id)).add(what);
    }

    @Override
    public void preStart(ActorContext<Note> context) throws Exception {
        id = context.self().actorId();
        write("start");
        if (id.startsWith("broken") && of(id).size() < 4) {
            throw new IllegalStateException("cannot start");
        }
    }

    @Override
    public void postStop(ActorContext<Note> context) throws Exception {
        write("stop");
        if (Objects.requireNonNull(id).startsWith("clumsy")) {
            throw new IllegalStateException("cannot even stop");
        }
    }

    @Override
    public void receive(Note note, ActorContext<Note> context) throws Exception {
        seen++;
        write(note.text());
        switch (note.text()) {
            case "resume", "restart", "stop", "escalate", "undecided" -> throw new IllegalStateException(note.text());
            case "recurse" -> recurse(0);
            default -> act(note, context);
        }
    }

    void act(Note note, ActorContext<Note> context) throws Exception {
        context.reply(note, seen);
    }

    @SuppressWarnings("InfiniteRecursion") // the mistake under test
    private long recurse(long depth) {
        return recurse(depth + 1) + recurse(depth - 1);
    }

    @Override
    public Supervision onError(Note note, Throwable failure, ActorContext<Note> context) {
        write("error " + note.text());
        return note.text().equals("recurse")
                ? Supervision.RESTART
                : Supervision.valueOf(note.text().toUpperCase(Locale.ROOT));
    }
}
