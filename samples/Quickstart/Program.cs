// The client library in one page. Start a cluster first, for example by `pbkv demo`, then:
//   dotnet run --project samples/Quickstart -- 127.0.0.1:7000
using PbKv.Client;

var viewService = args is [var given, ..] ? given : "127.0.0.1:7000";
await using var kv = await PbKvClient.ConnectAsync(
    viewService,
    new PbKvClientOptions { Deadline = TimeSpan.FromSeconds(10) }
);

// A put is answered when a second machine has it too.
await kv.PutAsync("greeting", "hello");
await kv.AppendAsync("greeting", ", world");
Console.WriteLine($"greeting: {await kv.GetAsync("greeting")}");

// TryGet tells a key that is not there from an empty value.
Console.WriteLine($"missing: {await kv.TryGetAsync("never stored") ?? "nothing there"}");

// PutHash stores a hash over the value before and this one, and returns the one before: a chain that shows every write.
await kv.PutAsync("chain", "");
for (var link = 1; link <= 3; link++)
    await kv.PutHashAsync("chain", $"link {link}");
Console.WriteLine($"chain: {await kv.GetAsync("chain")}");

// A put on a condition: two want to lead, and the second hears who does.
await kv.PutAsync("leader", "a", PbKvCondition.Absent);
var second = await kv.PutAsync("leader", "b", PbKvCondition.Absent, returnPrevious: true);
Console.WriteLine($"leader: {second.PreviousText}, b is late: {!second.Done}");
await kv.DeleteAsync("leader", PbKvCondition.ValueIs("a"));

// Read, change, write: stored if nobody has written since, and else tried again.
PbKvChange change;
do
{
    var entry = await kv.GetEntryAsync("list");
    var longer = $"{entry?.Text}x";
    change = await kv.PutAsync("list", longer, PbKvCondition.RevisionIs(entry?.Revision ?? 0));
} while (!change.Done);

// Numbers need no such loop.
Console.WriteLine($"visits: {(await kv.IncrementAsync("visits")).Value}");

// One client serves any number of concurrent callers; their operations travel together.
await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => kv.PutAsync($"key {i}", $"value {i}").AsTask()));
Console.WriteLine($"key 999: {await kv.GetAsync("key 999")}");

// What fails says whether it may have been executed.
try
{
    await kv.PutAsync("", "a value without a key");
}
catch (PbKvException failure)
{
    Console.WriteLine($"failed: {failure.Code}, {failure.Outcome}");
}
