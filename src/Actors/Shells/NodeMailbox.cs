using System.Collections.Concurrent;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using Akka.Remote;
using Letter = Akka.Actor.Envelope;

namespace PbKv.Actors.Shells;

/// <summary>The mailbox of a server's and of a view service's actor, as hocon/remoting.conf names it.</summary>
internal sealed class NodeMailbox(Settings settings, Config config)
    : MailboxType(settings, config),
        IProducesMessageQueue<NodeQueue>
{
    public const string Name = "pbkv-mailbox";

    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new NodeQueue();
}

/// <summary>
/// What keeps a node alive goes ahead of data: pings, ticks, views and acknowledgements never wait behind more than the
/// envelope that is at work. One turn of the actor ends when its budget is spent, and what is left waits for the next.
/// What does not fit is not kept: whoever asked for it hears Busy.
/// </summary>
internal sealed class NodeQueue : IMessageQueue
{
    /// <summary>Data that waits for its turn may take so much memory.</summary>
    public const long MostBytes = 64 << 20;

    /// <summary>After so many operations, or bytes of data, others get their turn.</summary>
    public const int OperationsOfTurn = 4096;

    public const long BytesOfTurn = 2 << 20;

    private readonly ConcurrentQueue<Letter> _urgent = new();
    private readonly ConcurrentQueue<(Letter Letter, MessageWeight Weight)> _data = new();
    private long _bytes;
    private MessageWeight _spent;

    public bool HasMessages => !_urgent.IsEmpty || !_data.IsEmpty;

    public int Count => _urgent.Count + _data.Count;

    public void Enqueue(IActorRef receiver, Letter letter)
    {
        if (IsUrgent(letter.Message))
        {
            _urgent.Enqueue(letter);
            return;
        }
        var weight = letter.Message is Protocol.Envelope envelope ? MessageWeight.Of(envelope.Messages) : default;
        var all = Interlocked.Add(ref _bytes, weight.Bytes);
        if (all > MostBytes && all > weight.Bytes && Crowded.Of(letter.Message) is { } crowded)
        {
            Interlocked.Add(ref _bytes, -weight.Bytes);
            _urgent.Enqueue(new Letter(crowded, letter.Sender));
            return;
        }
        _data.Enqueue((letter, weight));
    }

    /// <returns>False also when the turn is over: the dispatcher gives it another one behind others.</returns>
    public bool TryDequeue(out Letter letter)
    {
        if (_urgent.TryDequeue(out letter))
            return true;
        if (_spent.Operations >= OperationsOfTurn || _spent.Bytes >= BytesOfTurn || !_data.TryDequeue(out var next))
        {
            _spent = default;
            return false;
        }
        Interlocked.Add(ref _bytes, -next.Weight.Bytes);
        _spent += next.Weight;
        letter = next.Letter;
        return true;
    }

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        while (HasMessages)
        {
            if (TryDequeue(out var letter))
                deadletters.Enqueue(owner, letter);
        }
    }

    private static bool IsUrgent(object message) =>
        message switch
        {
            Protocol.Envelope envelope => envelope.Messages.All(IsLiveness),
            // Behind the pings that came before the connection broke.
            TimerOver or DisassociatedEvent => true,
            _ => false,
        };

    private static bool IsLiveness(Message message) =>
        message
            is Ping
                or PingAnswer
                or PingRefused
                or ViewNews
                or WrongView
                or ForwardAck
                or ForwardWanted
                or ChunkAck
                or Installed;
}

/// <summary>What is left of an envelope that did not fit: who is to hear Busy, and of which requests.</summary>
internal sealed record Crowded(NodeAddress From, ImmutableArray<long> Requests)
{
    /// <returns>Null where it is not all requests: what replicas send one another has its own bounds.</returns>
    public static Crowded? Of(object message) =>
        message is Protocol.Envelope envelope && envelope.Messages.All(part => part is Request)
            ? new Crowded(envelope.From, [.. envelope.Messages.Select(part => ((Request)part).Number)])
            : null;
}

/// <summary>About what messages cost: to work off, and to keep.</summary>
internal readonly record struct MessageWeight(int Operations, long Bytes)
{
    public static MessageWeight operator +(MessageWeight one, MessageWeight other) =>
        new(one.Operations + other.Operations, one.Bytes + other.Bytes);

    public static MessageWeight Of(ImmutableArray<Message> messages)
    {
        var all = default(MessageWeight);
        foreach (var message in messages)
            all += new MessageWeight(OperationsOf(message), message.Size);
        return all;
    }

    private static int OperationsOf(Message message) =>
        message switch
        {
            Request request => request.Batch.Operations.Length,
            Forward forward => forward.Batches.Sum(batch => batch.Operations.Length),
            Chunk chunk => chunk.Entries.Length,
            _ => 1,
        };
}
