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

// TryGet tells a key that was never stored from an empty value.
Console.WriteLine($"missing: {await kv.TryGetAsync("never stored") ?? "nothing there"}");

// PutHash stores a hash over the value before and this one, and returns the one before: a chain that shows every write.
await kv.PutAsync("chain", "");
for (var link = 1; link <= 3; link++)
    await kv.PutHashAsync("chain", $"link {link}");
Console.WriteLine($"chain: {await kv.GetAsync("chain")}");

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
