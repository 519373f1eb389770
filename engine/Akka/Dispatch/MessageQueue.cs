using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Akka.Actor;

namespace Akka.Dispatch;

internal sealed class MessageNode
{
    public MessageNode Next;
    public object Message;
    public IActorRef Sender;

    // Nodes are reused by the thread that consumed them: in a steady flow a tell allocates nothing. The cap bounds what a thread keeps.
    private const int MaxPooled = 512;

    [ThreadStatic] private static MessageNode t_free;
    [ThreadStatic] private static int t_count;

    public static MessageNode Take(object message, IActorRef sender)
    {
        var node = t_free;
        if (node is null) node = new MessageNode();
        else
        {
            t_free = node.Next;
            t_count--;
            node.Next = null;
        }
        node.Message = message;
        node.Sender = sender;
        return node;
    }

    public static void Return(MessageNode node)
    {
        if (t_count >= MaxPooled) return;
        node.Next = t_free;
        t_free = node;
        t_count++;
    }
}

/// <summary>Many producers, one consumer, no locks. A producer swaps itself in as the newest and then links its predecessor to itself.</summary>
[StructLayout(LayoutKind.Sequential)]
internal sealed class MessageQueue
{
    private readonly Padding _before;
    private MessageNode _newest;
    private readonly Padding _between;
    private MessageNode _consumed;

    public MessageQueue() => _newest = _consumed = new MessageNode();

    /// <summary>A full fence: what the caller reads afterwards was not read before the message was in.</summary>
    public void Enqueue(object message, IActorRef sender)
    {
        var node = MessageNode.Take(message, sender);
        Volatile.Write(ref Interlocked.Exchange(ref _newest, node).Next, node);
    }

    /// <summary>Consumer only, or a rough answer.</summary>
    public bool IsEmpty => ReferenceEquals(Volatile.Read(ref _newest), Volatile.Read(ref _consumed));

    public bool TryDequeue(out object message, out IActorRef sender)
    {
        var last = _consumed;
        var next = Volatile.Read(ref last.Next);
        if (next is null)
        {
            if (IsEmpty)
            {
                message = null;
                sender = null;
                return false;
            }
            next = AwaitLink(last);
        }
        message = next.Message;
        sender = next.Sender;
        next.Message = null;
        next.Sender = null;
        Volatile.Write(ref _consumed, next);
        // Its producer's last touch was the link that has just been followed.
        MessageNode.Return(last);
        return true;
    }

    /// <summary>A producer stands between its two steps, which are a few instructions apart.</summary>
    private static MessageNode AwaitLink(MessageNode last)
    {
        var spin = new SpinWait();
        MessageNode next;
        while ((next = Volatile.Read(ref last.Next)) is null) spin.SpinOnce(sleep1Threshold: -1);
        return next;
    }

    /// <summary>Keeps producers and consumer off each other's cache line.</summary>
    [InlineArray(14)]
    private struct Padding
    {
        private long _first;
    }
}
