# Runs inside Redmine: its default data, REST switched on, and a project whose issues are tracked.
require 'json'

Redmine::DefaultData::Loader.load('en')
Setting.rest_api_enabled = '1'
Setting.login_required = '1'
admin = User.find_by_login('admin')
admin.password = admin.password_confirmation = 'a long enough password'
admin.must_change_passwd = false
admin.save!
project = Project.new(:name => 'Lab', :identifier => 'lab', :is_public => false)
project.enabled_module_names = ['issue_tracking']
project.trackers = Tracker.all
project.save!
File.write('seeded.json', { 'key' => admin.api_key, 'project' => project.id }.to_json)
