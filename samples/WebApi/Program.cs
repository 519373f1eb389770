// A web service over a cluster. Start one first, for example by `pbkv demo`, then:
//   dotnet run --project samples/WebApi -- --PbKv:ViewServices 127.0.0.1:7000 --urls http://127.0.0.1:8080
//   curl -X PUT -d hello http://127.0.0.1:8080/kv/greeting; curl http://127.0.0.1:8080/kv/greeting
using PbKv.Client;
using PbKv.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddPbKvClient();
builder.Services.AddHealthChecks().AddPbKv();
var app = builder.Build();

app.MapGet(
    "/kv/{key}",
    async (string key, PbKvClient kv, CancellationToken cancellation) =>
        await kv.TryGetAsync(key, cancellationToken: cancellation) is { } value
            ? Results.Text(value)
            : Results.NotFound()
);

app.MapPut(
    "/kv/{key}",
    async (string key, HttpRequest request, PbKvClient kv, CancellationToken cancellation) =>
    {
        using var body = new StreamReader(request.Body);
        await kv.PutAsync(key, await body.ReadToEndAsync(cancellation), cancellationToken: cancellation);
        return Results.NoContent();
    }
);

app.MapHealthChecks("/health");
await app.RunAsync();
