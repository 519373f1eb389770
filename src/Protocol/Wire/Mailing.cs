using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace PbKv.Protocol;

/// <summary>
/// Puts the messages of one step into envelopes: one for each receiver, in the order in which they were sent, and more
/// where one would grow too large for a frame.
/// </summary>
/// <param name="envelopeBytes">An envelope takes no further message beyond this.</param>
internal sealed class Mailing(long envelopeBytes = 256 << 10)
{
    private readonly Dictionary<NodeAddress, List<Message>> _byReceiver = [];
    private readonly List<NodeAddress> _receivers = [];
    private readonly Stack<List<Message>> _spare = new();

    public void Send(List<Outgoing> messages, Action<NodeAddress, ImmutableArray<Message>> send)
    {
        if (messages.Count == 1)
        {
            SendOne(messages[0], send);
            return;
        }
        foreach (var (to, message) in messages)
            Collect(to, message);
        foreach (var to in _receivers)
        {
            var group = _byReceiver[to];
            SendGroup(to, group, send);
            group.Clear();
            _spare.Push(group);
        }
        _receivers.Clear();
        _byReceiver.Clear();
    }

    private void SendOne(Outgoing outgoing, Action<NodeAddress, ImmutableArray<Message>> send)
    {
        if (!IsInParts(outgoing.Message))
            send(outgoing.To, [outgoing.Message]);
        else
            foreach (var part in PartsOf((Reply)outgoing.Message))
                send(outgoing.To, [part]);
    }

    private void Collect(NodeAddress to, Message message)
    {
        if (!_byReceiver.TryGetValue(to, out var group))
        {
            group = _spare.Count > 0 ? _spare.Pop() : [];
            _byReceiver.Add(to, group);
            _receivers.Add(to);
        }
        if (IsInParts(message))
            group.AddRange(PartsOf((Reply)message));
        else
            group.Add(message);
    }

    private void SendGroup(NodeAddress to, List<Message> group, Action<NodeAddress, ImmutableArray<Message>> send)
    {
        var messages = CollectionsMarshal.AsSpan(group);
        var first = 0;
        var size = 0L;
        for (var i = 0; i < messages.Length; i++)
        {
            var next = SizeIn(messages[i]);
            if (i > first && size + next > envelopeBytes)
            {
                send(to, [.. messages[first..i]]);
                (first, size) = (i, 0);
            }
            size += next;
        }
        send(to, [.. messages[first..]]);
    }

    /// <summary>
    /// A reply to many Gets may hold far more than the request did. Its results stand for themselves, by session and
    /// sequence, so it can go in several replies.
    /// </summary>
    private bool IsInParts(Message message) => message is Reply && message.Size > envelopeBytes;

    private IEnumerable<Message> PartsOf(Reply reply)
    {
        var first = 0;
        var size = 0L;
        for (var i = 0; i < reply.Results.Length; i++)
        {
            var next = reply.Results[i].Size;
            if (i > first && size + next > envelopeBytes)
            {
                yield return reply with
                {
                    Results = reply.Results[first..i],
                };
                (first, size) = (i, 0);
            }
            size += next;
        }
        yield return reply with
        {
            Results = reply.Results[first..],
        };
    }

    /// <summary>A part of a transfer is alone in its envelope: a ping may go between two.</summary>
    private long SizeIn(Message message) => message is Chunk ? envelopeBytes : message.Size;
}
