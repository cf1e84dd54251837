package io.troupe.demo.users;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.EntityState;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.actors.Read;
import io.troupe.actors.Saga;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.SendOutcome;
import io.troupe.demo.users.UserCommand.GetHistory;
import io.troupe.demo.users.UserCommand.GetState;
import io.troupe.demo.users.UserCommand.GivePoints;
import io.troupe.demo.users.UserCommand.History;
import io.troupe.demo.users.UserCommand.LogIn;
import io.troupe.demo.users.UserCommand.LogInExpired;
import io.troupe.demo.users.UserCommand.LogInV1;
import io.troupe.demo.users.UserCommand.LogOut;
import io.troupe.demo.users.UserCommand.ReturnPoints;
import io.troupe.demo.users.UserCommand.TakePoints;
import io.troupe.demo.users.UserCommand.UpdateProfile;
import io.troupe.transport.kryo.MessageRegistry;

/**
 * All users of all malls, wherever they live. Any node of the cluster may have one of these, and none needs to know
 * more of the actors behind it. Nothing blocks; what is asked fails with {@link io.troupe.actors.AskException} if there
 * is no answer within the limit, which says whether the command may have taken effect.
 */
public final class Users {
    private final ClusterActorSystem system;
    private final Duration limit;

    /**
     * Makes the service of a node.
     *
     * @param system a node, started with {@link #kinds()} and what {@link #register} adds
     * @param limit  how long to wait for an answer
     */
    public Users(ClusterActorSystem system, Duration limit) {
        this.system = system;
        this.limit = limit;
    }

    /** {@return what a node is started with} The same on every node. */
    public static Kind<?>[] kinds() {
        return new Kind<?>[] {User.KIND, User.TRANSFERS};
    }

    /**
     * Adds all classes that travel or are stored. Their numbers are for ever; a class that changes gets a new one.
     *
     * @param messages the registry of a node
     */
    public static void register(MessageRegistry.Builder messages) {
        messages.add(1020, LogInV1.class)
                .add(1021, LogIn.class)
                .add(1022, LogOut.class)
                .add(1023, UpdateProfile.class)
                .add(1024, GetState.class)
                .add(1025, GetHistory.class)
                .add(1026, History.class)
                .add(1027, TakePoints.class)
                .add(1028, GivePoints.class)
                .add(1029, ReturnPoints.class)
                .add(1030, LogInExpired.class)
                .add(1031, Reply.Accepted.class)
                .add(1032, Reply.Refused.class)
                .add(1033, UserState.class)
                .add(1034, UserState.Profile.class)
                .add(1035, UserState.Session.class)
                .add(1036, UserState.Visit.class)
                .add(1037, UserKey.class)
                .add(1038, Transfer.class);
    }

    /**
     * Logs a user in, or renews the log-in on that device.
     *
     * @param user    the user
     * @param device  where
     * @param at      when
     * @param goodFor for how long, unless it is renewed
     * @return accepted, or refused while the user is logged in on another device
     * @throws IllegalArgumentException if a value is out of range
     */
    public CompletableFuture<Reply> logIn(UserKey user, String device, Instant at, Duration goodFor) {
        return pid(user).ask(new LogIn(device, at, goodFor), limit);
    }

    /**
     * Logs a user out.
     *
     * @param user the user
     * @return accepted, or refused if nobody is logged in
     */
    public CompletableFuture<Reply> logOut(UserKey user) {
        return pid(user).ask(new LogOut(), limit);
    }

    /**
     * Replaces a profile.
     *
     * @param user  the user
     * @param name  the new name
     * @param email the new address
     * @return accepted, or refused if the user is not logged in
     * @throws IllegalArgumentException if a value is out of range
     */
    public CompletableFuture<Reply> updateProfile(UserKey user, String name, String email) {
        return pid(user).ask(new UpdateProfile(name, email), limit);
    }

    /**
     * Asks a user's entity for its state.
     *
     * @param user the user
     * @return the state after all that this node has asked of the user before
     */
    public CompletableFuture<UserState> state(UserKey user) {
        return pid(user).ask(new GetState(), limit);
    }

    /**
     * Asks for the last log-ins.
     *
     * @param user the user
     * @param most how many at most
     * @return the newest first
     * @throws IllegalArgumentException if more are asked for than are kept
     */
    public CompletableFuture<History> history(UserKey user, int most) {
        return pid(user).ask(new GetHistory(most), limit);
    }

    /**
     * Reads the committed state of a user whose entity may sleep, and does not wake it.
     *
     * @param user the user
     * @return the state with everything that was committed anywhere before; that of a new user if there is none
     */
    public CompletableFuture<UserState> peek(UserKey user) {
        return system.read(pid(user), UserState.class, Read.LINEARIZABLE).thenApply(Users::orNew);
    }

    private static UserState orNew(EntityState<UserState> read) {
        UserState state = read.state();
        return state == null ? UserState.NEW : state;
    }

    /**
     * Begins to transfer points from one user to another.
     *
     * @param id       names the transfer for ever: a second one of that name is rejected
     * @param transfer from whom, to whom, how much
     * @return how the order for it has ended; {@link #transferStatus} tells how the transfer has
     */
    public CompletableFuture<SendOutcome> transfer(String id, Transfer transfer) {
        return system.entity(User.TRANSFERS, id).tell(User.TRANSFER.start(transfer));
    }

    /**
     * Asks how far a transfer is.
     *
     * @param id its name
     * @return done; undone, if the giver had too few points or the receiver has never logged in; or under way
     */
    public CompletableFuture<Saga.Status> transferStatus(String id) {
        return system.entity(User.TRANSFERS, id).ask(new Saga.GetStatus(), limit);
    }

    /**
     * Tells on which node a user lives, or would.
     *
     * @param user the user
     * @return what this node knows
     */
    public Lookup whereIs(UserKey user) {
        return system.whereIs(pid(user));
    }

    private Pid<UserCommand> pid(UserKey user) {
        return system.entity(User.KIND, user.toString());
    }
}
