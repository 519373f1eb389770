using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using PbKv.Actors.Shells;
using PbKv.Actors.Tests.Cluster;
using PbKv.Protocol;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>A clerk whose every message is sent by hand, to the server that the test names, through a probe.</summary>
internal sealed class RawClerk
{
    private readonly TestProbe _probe;
    private readonly Network _network;
    private readonly NodeAddress _self;
    private readonly Queue<Message> _received = new();
    private long _lastNumber;
    private long _session;

    public RawClerk(TestKit kit, Network network)
    {
        _network = network;
        _probe = kit.CreateTestProbe();
        _self = NodePath.OfSelf((ExtendedActorSystem)kit.Sys, _probe.Ref);
    }

    public long Session => _session;

    public async Task OpenAsync(Member primary)
    {
        var number = ++_lastNumber;
        Send(primary, new OpenSession(GroupName.Default, ViewId.None, number));
        _session = (await ExpectAsync<SessionOpened>(opened => opened.Request == number)).Session;
    }

    /// <summary>So many clients come in one envelope.</summary>
    public async Task<IEnumerable<long>> OpenManyAsync(Member primary, int count)
    {
        var first = _lastNumber + 1;
        _lastNumber += count;
        SendMany(
            primary,
            Enumerable.Range(0, count).Select(i => new OpenSession(GroupName.Default, ViewId.None, first + i))
        );
        var sessions = new long[count];
        foreach (var opened in await ExpectManyAsync<SessionOpened>(count))
            sessions[opened.Request - first] = opened.Session;
        return sessions;
    }

    /// <summary>One operation of each of these sessions, and it succeeds.</summary>
    public async Task OneEachAsync(Member primary, long[] sessions, Func<long, Operation> operation)
    {
        SendMany(
            primary,
            sessions.Select(session => new Request(
                GroupName.Default,
                ViewId.None,
                ++_lastNumber,
                new Batch(session, 0, [operation(session)])
            ))
        );
        var replies = await ExpectManyAsync<Reply>(sessions.Length);
        Assert.Equal(sessions.Order(), replies.Select(reply => reply.Session).Order());
    }

    /// <returns>The number of the request.</returns>
    public long Ask(
        Member server,
        OperationKind kind,
        long sequence,
        string key,
        string value = "",
        long? session = null
    )
    {
        var number = ++_lastNumber;
        var operation = new Operation(kind, sequence, Bytes.Utf8(key), Bytes.Utf8(value));
        Send(
            server,
            new Request(GroupName.Default, ViewId.None, number, new Batch(session ?? _session, 0, [operation]))
        );
        return number;
    }

    public async Task<OperationResult> ResultAsync(long number) =>
        Assert.Single((await ExpectAsync<Reply>(reply => reply.Number == number)).Results);

    public async Task<RefusalReason> RefusalAsync(long number) =>
        (await ExpectAsync<Refusal>(refusal => refusal.Number == number)).Reason;

    /// <summary>Nothing that was not yet expected has come, and nothing comes for a while.</summary>
    public void ExpectNoAnswer(int milliseconds)
    {
        Assert.Empty(_received);
        _probe.ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds));
    }

    public async Task<T> ExpectAsync<T>(Predicate<T> right)
        where T : Message
    {
        if (_received.Count == 0)
        {
            foreach (var received in (await _probe.ExpectMsgAsync<Envelope>(TestCluster.Patience)).Messages)
                _received.Enqueue(received);
        }
        var message = Assert.IsType<T>(_received.Dequeue());
        Assert.True(right(message), $"{message} is not the one expected");
        return message;
    }

    private async Task<List<T>> ExpectManyAsync<T>(int count)
        where T : Message
    {
        var messages = new List<T>(count);
        while (messages.Count < count)
            messages.Add(await ExpectAsync<T>(_ => true));
        return messages;
    }

    private void SendMany(Member to, IEnumerable<Message> messages) =>
        _network.Postman.Send(new Envelope(_self, to.Name, Stamp.None, [.. messages]));

    public void Send(Member to, Message message) =>
        _network.Postman.Send(new Envelope(_self, to.Name, Stamp.None, [message]));
}
