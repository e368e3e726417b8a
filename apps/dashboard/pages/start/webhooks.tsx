import type { SourceState } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Copied } from '../../components/copied.js';
import { SERVICE } from '../../routing/base.js';
import { settingOf, webhookAddress, WEBHOOKS } from './commands.js';

/** The webhook addresses of this server, where to paste each, and whether its secret is set. */
export function WebhookList() {
  const { data } = useResource<{ sources: SourceState[] }>('/api/insights/v1/sources');
  const isSet = (source: string) =>
    data?.sources.some((one) => one.kind === 'webhook' && one.source === source && one.configured);
  return (
    <>
      <p>
        Paste the address in the service’s dashboard, copy the signing secret into the setting, and
        restart insightd.
        {isLocal() &&
          ' The service must be able to reach the address: use the public address of this server.'}
      </p>
      <ul class="rows webhooks">
        {WEBHOOKS.map((webhook) => (
          <li key={webhook.source}>
            <h3>
              {webhook.title}{' '}
              {isSet(webhook.source) && <span class="mark good">secret is set</span>}
            </h3>
            <p class="small">{webhook.where}</p>
            <Copied
              name={`the webhook address of ${webhook.title}`}
              text={webhookAddress(SERVICE, webhook)}
            />
            <p class="small soft">
              Setting: <code>{settingOf(webhook)}</code>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

const isLocal = (): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
