using System.Collections.Immutable;
using PbKv.Protocol;

namespace PbKv.Actors.Shells;

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
