package io.troupe.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import io.troupe.demo.input.UserEvent;
import io.troupe.demo.users.Reply;
import io.troupe.demo.users.Transfer;
import io.troupe.demo.users.UserKey;
import io.troupe.demo.users.Users;

/** Lets users do what their events say: each one thing after the other, all of them at the same time. */
final class UserLoad {
    private final Users users;
    private final List<UserEvent> events;
    /** By user: completes when the last thing that was sent for the user has its reply. Confined to the main thread. */
    private final Map<String, CompletableFuture<?>> last = new HashMap<>();

    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    UserLoad(Users users, List<UserEvent> events) {
        this.users = users;
        this.events = events;
    }

    /** Returns when every event has its reply; half-way through it runs something. */
    void run(Runnable halfWay) throws InterruptedException {
        Window.each(events.size(), number -> {
            if (number == events.size() / 2) {
                halfWay.run();
            }
            UserEvent event = events.get(number);
            CompletableFuture<?> before = last.getOrDefault(event.user(), CompletableFuture.completedFuture(null));
            CompletableFuture<?> step = before.thenCompose(done -> send(number, event));
            last.put(event.user(), step);
            return step;
        });
    }

    private CompletableFuture<?> send(int number, UserEvent event) {
        UserKey user = UserKey.parse(event.user());
        if (event instanceof UserEvent.Gift gift) {
            Transfer transfer = new Transfer(user, UserKey.parse(gift.to()), gift.points());
            return Window.anew(() -> users.transfer(giftId(number), transfer));
        }
        return Window.anew(() -> command(user, event)).thenAccept(this::count);
    }

    private CompletableFuture<Reply> command(UserKey user, UserEvent event) {
        if (event instanceof UserEvent.LogIn logIn) {
            return users.logIn(
                    user,
                    logIn.device(),
                    Instant.ofEpochMilli(logIn.atMillis()),
                    Duration.ofMillis(logIn.goodForMillis()));
        } else if (event instanceof UserEvent.Profile profile) {
            return users.updateProfile(user, profile.name(), profile.email());
        }
        return users.logOut(user);
    }

    private void count(Reply reply) {
        (reply instanceof Reply.Accepted ? accepted : refused).incrementAndGet();
    }

    /** {@return the name of the transfer that a gift is, by its place in the events} */
    static String giftId(int number) {
        return "gift-" + number;
    }

    long accepted() {
        return accepted.get();
    }

    long refused() {
        return refused.get();
    }
}
