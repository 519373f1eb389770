using System.Buffers.Binary;
using System.Text;

namespace PbKv.Chaos;

/// <summary>
/// Entries that are written once, before anything goes wrong, and have to be there in the end. They make a transfer
/// long enough that faults strike in the middle of one.
/// </summary>
internal static class Ballast
{
    private const int Entries = 4096;
    private const int ValueBytes = 4096;
    private const int Samples = 128;
    private const int AtOnce = 64;

    public static async Task LoadAsync(PbKvClient client, CancellationToken cancellation)
    {
        foreach (var some in Enumerable.Range(0, Entries).Chunk(AtOnce))
            await Task.WhenAll(
                some.Select(entry =>
                    client.PutAsync(KeyOf(entry), ValueOf(entry), cancellationToken: cancellation).AsTask()
                )
            );
    }

    /// <returns>What is wrong with some of them, or null.</returns>
    public static async Task<string?> LossAsync(PbKvClient client, Chance chance)
    {
        var lost = new List<int>();
        for (var i = 0; i < Samples; i++)
        {
            var entry = chance.Below(Entries);
            if (!await IsThereAsync(client, entry))
                lost.Add(entry);
        }
        return lost.Count == 0
            ? null
            : $"{lost.Count} of {Samples} keys do not hold what was written before the first fault, "
                + $"{NameOf(lost[0])} for one";
    }

    private static async Task<bool> IsThereAsync(PbKvClient client, int entry)
    {
        try
        {
            return await client.TryGetAsync(KeyOf(entry)) is { } value && value.AsSpan().SequenceEqual(ValueOf(entry));
        }
        catch (PbKvException)
        {
            // In a healthy cluster a read that waits for as long as it takes has no reason to fail.
            return false;
        }
    }

    private static string NameOf(int entry) => $"ballast{entry}";

    private static byte[] KeyOf(int entry) => Encoding.UTF8.GetBytes(NameOf(entry));

    private static byte[] ValueOf(int entry)
    {
        var value = new byte[ValueBytes];
        for (var i = 0; i < ValueBytes; i += sizeof(int))
            BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(i), entry + i);
        return value;
    }
}
